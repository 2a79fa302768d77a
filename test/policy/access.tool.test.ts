/** Two tellers of who may do what with S3 cannot disagree: what IAM is given is asked of the policies. */
import { execaSync } from 'execa';
import { expect, test } from 'vitest';
import { inputOf } from '../../activities/policy/question.ts';
import { teamNames, teamPolicy } from '../../infra/opa/access.ts';
import { orderOf } from '../support/builders.ts';
import { findTool } from '../support/find-tool.ts';
import { requiredReports } from '../support/required-reports.ts';

const place = {
  account: '111122223333',
  partition: 'aws',
  buckets: ['acme-ml-production-models', 'acme-risk-scratch', 'acme-growth-scratch'],
  namespace: 'models',
  deployerRole: 'arn:aws:iam::111122223333:role/plimsoll-deploy',
};
const at = '2026-11-25T12:00:00.000Z';

function violations(given: string, releasing: string): readonly string[] {
  const after = { policy: JSON.stringify(teamPolicy(given, place)) };
  const input = inputOf({
    order: orderOf({ model: undefined, environment: 'staging', team: releasing }),
    stage: 'complete',
    firstRelease: false,
    at,
    manifests: null,
    reports: requiredReports.infrastructure.complete.map((tool) => ({ tool, status: 'pass', findings: [], parseErrors: [] })),
    change: { resources: [{ address: 'aws_iam_role_policy.team', type: 'aws_iam_role_policy', action: 'create', after }] },
  });
  const args = ['eval', '--format', 'json', '--data', 'infra/opa', '--stdin-input', 'data.plimsoll.release.decision.violations'];
  const answer = JSON.parse(execaSync(findTool('opa'), args, { input: JSON.stringify(input) }).stdout) as {
    result: { expressions: { value: { code: string }[] }[] }[];
  };
  return [...new Set(answer.result[0]?.expressions[0]?.value.map(({ code }) => code))];
}

test.each(teamNames)('the policies pass what IAM is told about %s', (team) => {
  expect(violations(team, team)).toEqual([]);
});

test('and deny the same in a release of another team', () => {
  expect(violations('risk', 'growth')).toEqual(['s3.outsideTeam']);
});
