import { expect, test } from 'vitest';
import { accessEntries, type Place, teamAccess, teamNames, teamPolicy } from './access.ts';

const place: Place = {
  account: '111122223333',
  partition: 'aws',
  buckets: ['acme-ml-production-models', 'acme-risk-scratch', 'acme-growth-scratch', 'acme-tfstate'],
  namespace: 'models',
  deployerRole: 'arn:aws:iam::111122223333:role/plimsoll-deploy',
};

test('what IAM and EKS are told is what people have agreed to', async () => {
  const told = { teams: Object.fromEntries(teamNames.map((team) => [team, teamPolicy(team, place)])), accessEntries: accessEntries(place) };
  await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot('../../test/golden/access/production.txt');
});

test('a team that nobody knows gets nothing', () => {
  expect(teamPolicy('strangers', place).Statement).toEqual([]);
  expect(teamPolicy('toString', place).Statement).toEqual([]);
});

test('a bucket that is nobody’s is in no policy, and none names a pattern for a bucket', () => {
  const resources = teamNames.flatMap((team) => teamPolicy(team, place).Statement).flatMap(({ Resource }) => Resource);
  expect(resources.length).toBeGreaterThan(4);
  expect(resources.filter((resource) => resource.includes('tfstate') || /:::[^/]*\*/.test(resource))).toEqual([]);
});

test('one role alone may change what is in the cluster', () => {
  const editors = accessEntries(place).filter(({ policyArn }) => !policyArn.endsWith('ViewPolicy'));
  expect(editors).toMatchObject([{ principalArn: place.deployerRole, accessScope: { namespaces: ['models'] } }]);
});

test('what Terraform is told of a team is what IAM and EKS are told of it', () => {
  for (const team of teamNames) {
    const { Statement, cluster } = teamAccess(team, place);
    expect(Statement).toEqual(teamPolicy(team, place).Statement);
    const entry = accessEntries(place).find(({ principalArn }) => principalArn.endsWith(`:role/${team}`));
    expect(entry?.policyArn.endsWith(`/${cluster?.policy ?? 'none'}`)).toBe(true);
    expect(cluster?.namespaces).toEqual(entry?.accessScope.namespaces);
  }
  expect(teamAccess('strangers', place)).toMatchObject({ Statement: [], cluster: null });
});
