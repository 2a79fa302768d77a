/**
 * Goal: nobody may do more than people have agreed to. Method: every route × role × team × environment × second factor
 * is asked of the real policies, and the answers are compared with a table that a person can review in one look.
 */
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import { actions } from '../../domain/caller.ts';
import { findTool } from '../support/find-tool.ts';
import { personas, points, type Question, questionOf, summarise } from './cube.ts';
import { besides, routes } from './routes.ts';

/** All at once: a program a question would take minutes. */
function decide(questions: readonly Question[]): readonly boolean[] {
  const query = '[answer | some question in input; answer := data.plimsoll.authz.decision.allow with input as question]';
  const args = ['eval', '--format', 'json', '--data', 'infra/opa', '--stdin-input', query];
  const { stdout } = execaSync(findTool('opa'), args, { input: JSON.stringify(questions) });
  const { result } = JSON.parse(stdout) as { result: { expressions: { value: boolean[] }[] }[] };
  return result[0]?.expressions[0]?.value ?? [];
}

const asked = actions.flatMap((action) => personas.map((persona) => ({ action, persona })));
const answers = decide(asked.flatMap(({ action, persona }) => points.map((point) => questionOf(persona, action, point))));
const cells = new Map(
  asked.map(({ action, persona }, index) => [
    `${action} ${persona.name}`,
    summarise(answers.slice(index * points.length, (index + 1) * points.length)),
  ]),
);

const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`;
const row = (route: string, action: string) => line([route, action, ...personas.map(({ name }) => cells.get(`${action} ${name}`) ?? '?')]);

test('every question is answered', () => {
  expect(answers).toHaveLength(actions.length * personas.length * points.length);
});

test('who may do what is what people have agreed to', async () => {
  const rows = [...routes, ...besides];
  const unrouted = actions.filter((action) => !rows.some((route) => route.action === action));
  const table = [
    '# Who may do what',
    'What OPA answers to every route, by who asks, before two teams, in two environments, with and without a second factor. Seen from the team `risk`: **own** is what belongs to it, **all** is that of every team, **–** is nothing. Written by `test/authz/matrix.tool.test.ts`; a change here is a change of rights, and is reviewed as one.',
    [
      line(['route', 'action', ...personas.map(({ name }) => name)]),
      line(['---', '---', ...personas.map(() => '---')]),
      ...rows.map(({ route, action }) => row(route, action)),
      ...unrouted.map((action) => row('no route', action)),
    ].join('\n'),
    `Groups: ${personas.map(({ name, groups }) => `${name} = ${groups.join(', ') || 'none'}`).join('; ')}. Health, metrics and documents are open to everybody.`,
  ];
  await expect(`${table.join('\n\n')}\n`).toMatchFileSnapshot('../golden/authz/matrix.md');
});

test('no machine ever approves, whatever its groups are', () => {
  const machines = personas.filter(({ kind }) => kind === 'machine');
  expect(machines.length).toBeGreaterThan(1);
  expect(machines.map(({ name }) => cells.get(`release.approve ${name}`))).toEqual(machines.map(() => '–'));
});

test('who is in no group does nothing and reads nothing', () => {
  expect(actions.filter((action) => cells.get(`${action} nobody`) !== '–')).toEqual([]);
});
