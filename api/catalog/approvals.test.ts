import { describe, expect, test } from 'vitest';
import { environmentYaml, writeCatalog } from '../../test/support/api-world.ts';
import { loadCatalog } from './load.ts';

const load = (approvals: string, people?: string) =>
  loadCatalog(
    writeCatalog({
      'environments/production.yaml': environmentYaml.replace(/approvals: .*/, `approvals: { ${approvals} }`),
      ...(people === undefined ? {} : { 'people.yaml': people }),
    }),
    {},
  );
const ruleFrom = (approvals: string) => load(approvals).environments.get('production')?.approvals;

describe('who has to approve', () => {
  test('is a quorum of groups; what is left out has the stricter or the usual value', () => {
    expect(ruleFrom('quorum: [{ group: sre, count: 2 }, { group: ml-owners }], mfaWithinMinutes: 15')).toEqual({
      quorum: [
        { groups: ['sre'], count: 2 },
        { groups: ['ml-owners'], count: 1 },
      ],
      minimum: 3,
      requesterMayApprove: false,
      mfaWithinMinutes: 15,
      expiresAfterMinutes: 240,
      remindBeforeMinutes: null,
      keepWhenChangeIsEqual: false,
    });
  });

  test('is, in short, one person of any of the groups', () => {
    expect(ruleFrom('groups: [sre, ml-owners]')).toMatchObject({ quorum: [{ groups: ['sre', 'ml-owners'], count: 1 }], minimum: 1 });
  });

  test('may be more people than the groups have seats', () => {
    expect(ruleFrom('quorum: [{ group: sre }], minimum: 2')).toMatchObject({ minimum: 2 });
  });

  test.each([
    ['a group twice', 'quorum: [{ group: sre }, { group: sre }]', /approvals\.quorum.*each group once, with its count/],
    ['nobody', 'quorum: []', /approvals\.quorum = \[\]: at least one group/],
    ['fewer people than seats', 'quorum: [{ group: sre, count: 2 }], minimum: 1', /approvals\.minimum = 1: at least 2/],
    [
      'a reminder after the end',
      'groups: [sre], expiresAfterMinutes: 5, remindBeforeMinutes: 5',
      /remindBeforeMinutes = 5: fewer than the 5/,
    ],
    ['two ways at once', 'quorum: [{ group: sre }], groups: [sre]', /approvals\.quorum = .*: either `quorum`, or `groups`/],
    ['neither way', 'expiresAfterMinutes: 5', /approvals\.quorum: either `quorum`, or `groups`/],
  ])('cannot be %s', (_, approvals, message) => {
    expect(() => load(approvals)).toThrow(message);
  });
});

describe('people.yaml', () => {
  test('says under which addresses somebody writes commits; it need not be there', () => {
    expect(load('groups: [sre]', 'ana: [ana@example.com, a@home.example]').people.get('ana')).toEqual([
      'ana@example.com',
      'a@home.example',
    ]);
    expect(load('groups: [sre]').people.size).toBe(0);
    expect(load('groups: [sre]', '# nobody yet\n').people.size).toBe(0);
  });

  test.each([
    ['something that is no address', 'ana: [ana]', /people\.yaml: ana\.0 = "ana": an address/],
    ['one address of two people', 'ana: [x@example.com]\nben: [X@example.com]', /people\.yaml: .*each address once/],
    ['what is not YAML', 'ana: [', /people\.yaml: /],
  ])('cannot have %s', (_, people, message) => {
    expect(() => load('groups: [sre]', people)).toThrow(message);
  });
});
