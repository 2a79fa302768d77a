/** What a report asks and what came of it: each question of the control matrix once, or the reason why nobody could ask it. */
import matrix from './controls.json' with { type: 'json' };
import type { Answer, Engine } from './engine.ts';
import { type Question, questionNamed, type TableName } from './questions.ts';

export interface Control {
  /** As its framework numbers it. */
  readonly id: string;
  readonly wants: string;
  /** What all of it is about; a sample is taken from here. */
  readonly population: string | null;
  /** Each row of an answer is an exception. */
  readonly exceptions: readonly string[];
  /** Each chain or checkpoint that is not as it was written is an exception, too. */
  readonly proof: boolean;
  /** Each row is something that a person has to look at, and may be in order. */
  readonly listed: readonly string[];
}

export const controls: readonly Control[] = matrix;

export type Asked =
  | { readonly kind: 'answered'; readonly question: Question; readonly values: Values; readonly answer: Answer }
  | { readonly kind: 'not asked'; readonly question: Question; readonly because: string };

export type Values = Readonly<Record<string, string | number>>;

const optionOf: Readonly<Record<TableName, string>> = {
  ledger_events: '--ledger',
  ledger: '--ledger',
  cloudtrail: '--cloudtrail',
  eks_audit: '--eks-audit',
  access_logs: '--access-logs',
};

export async function askAll(engine: Engine, values: Values): Promise<ReadonlyMap<string, Asked>> {
  const names = new Set(
    controls.flatMap(({ population, exceptions, listed }) => [...(population === null ? [] : [population]), ...exceptions, ...listed]),
  );
  const asked = new Map<string, Asked>();
  for (const name of names) asked.set(name, await ask(engine, questionNamed(name), values));
  return asked;
}

async function ask(engine: Engine, question: Question, values: Values): Promise<Asked> {
  const without = question.tables.find((table) => !engine.has(table));
  if (without !== undefined) return { kind: 'not asked', question, because: `${optionOf[without]} was not given` };
  const unknown = question.parameters.find((parameter) => values[parameter] === undefined);
  if (unknown !== undefined) return { kind: 'not asked', question, because: `nobody said which ${unknown}` };
  return { kind: 'answered', question, values, answer: await engine.ask(question, values) };
}

/** Of one control: how many exceptions, and which of its questions nobody could ask. `damaged`: chains and checkpoints that are. */
export function resultOf({ exceptions, proof }: Control, asked: ReadonlyMap<string, Asked>, damaged: number) {
  const all = exceptions.flatMap((name) => asked.get(name) ?? []);
  return {
    exceptions: all.reduce((sum, one) => sum + (one.kind === 'answered' ? one.answer.length : 0), proof ? damaged : 0),
    notAsked: all.filter(({ kind }) => kind === 'not asked').map(({ question }) => question.name),
  };
}
