/**
 * The files of the catalog, with what each field is for. They are for people to read and to change: what they say
 * beside the defaults is where teams differ. The catalog's own reader takes them as they are.
 */
import type { Answers } from './answers.ts';

export type Files = Readonly<Record<string, string>>;

export function catalogFiles(answers: Answers): Files {
  const { environments, service } = answers;
  return {
    ...Object.fromEntries(environments.map((name, index) => [`catalog/environments/${name}.yaml`, environment(answers, name, index)])),
    [`catalog/services/${service}.yaml`]: serviceText(answers),
    'catalog/people.yaml': people,
    ...machines(answers),
    [`models/${service}/values/common.yaml`]: commonValues(service),
    ...Object.fromEntries(
      environments.map((name, index) => [`models/${service}/values/${name}.yaml`, values(name, index, environments.length)]),
    ),
  };
}

function environment(answers: Answers, name: string, index: number): string {
  const { account, region, prometheus, environments } = answers;
  const before = environments[index - 1];
  const last = index === environments.length - 1;
  return `# The environment ${name}: where its releases go, what may stop them, and who decides. Plimsoll's API reads this file
# anew when it changes; a release under way keeps what it was asked with.
name: ${name}
${before === undefined ? '' : `# Takes only what ${before} has run, at least so many hours without a rollback. 0: as soon as it is released there.\nrequires: { releasedIn: ${before}, soakHours: 0 }\n`}# Roles as Terraform's module release-identity makes them: the first reads, the second changes, each for one release.
aws:
  account: "${account}"
  region: ${region}
  planRole: arn:aws:iam::${account}:role/plimsoll-${name}-plan
  applyRole: arn:aws:iam::${account}:role/plimsoll-${name}-apply
${stacks(answers, name)}# The EKS cluster, and the namespace that models live in.
cluster: { name: ml-${name}, namespace: models }
# Where requests, failures and latency are counted. Labels tell environments apart where one Prometheus has several.
metrics:
  prometheus: ${prometheus}
  # labels: { namespace: models }
# A finding this severe or worse blocks; providers are code that runs with the roles above.
gates: { blockAt: high, providers: [hashicorp/aws] }
${last ? productionApprovals : stagingApprovals}# How traffic moves to a new version, in percent; 100 follows by itself. The judge may go back at any time, and goes on
# only when the version has shown that it is not worse.
canary: { stepsPercent: [5, 25, 50], minimumStepSeconds: 120, deadlineMinutes: 60, onInconclusive: hold }
# Times without releases, by the clock on the wall; rollbacks pass. For example:
#   - { name: christmas, reason: nobody is there, start: 2026-12-23T18:00, end: 2027-01-04T08:00, timeZone: Europe/Berlin, rule: FREQ=YEARLY }
freeze: []
# Branches that may be planned before they are merged: whoever may push one has it planned with planRole, which reads.
previews: { branches: ["*"] }
`;
}

/** Groups are the identity provider's: the demo's names, which most companies have under some name. */
const stagingApprovals = `# One person of either group, where policy asks for one at all; never the one who asked, nor who wrote the commits.
approvals: { groups: [sre, ml-owners], expiresAfterMinutes: 240 }
`;
const productionApprovals = `# One person of each group, with a second factor shown lately; never the one who asked, nor who wrote the commits.
approvals:
  quorum: [{ group: sre, count: 1 }, { group: ml-owners, count: 1 }]
  mfaWithinMinutes: 15
  expiresAfterMinutes: 240
`;

function stacks({ terraformRoots, repository, branch, organisation }: Answers, name: string): string {
  const root = terraformRoots.get(name);
  if (root === undefined)
    return '# Terraform roots that are released here. This repository has none for this environment; `plimsoll init` writes one that is there.\nstacks: []\n';
  return `# Terraform roots that are released here; bucket and table as infra/terraform/bootstrap makes them. Variables that
# Terraform calls sensitive come from Secrets Manager alone: secretVariables: { name: arn:aws:secretsmanager:… }
stacks:
  - name: platform
    repository: ${repository}
    refs: [${branch}]
    root: ${root}
    backend: { bucket: ${organisation}-ml-tfstate, key: ${name}.tfstate, lockTable: ${organisation}-ml-tflock }
`;
}

function serviceText({ service, team, repository, branch, chart, hostname }: Answers): string {
  return `# The service ${service}, in every environment.
name: ${service}
# The group of the identity provider whose people, and whose builds, may ask for its releases.
team: ${team}
# Step by step beside the old version. blue-green and all-at-once move all traffic at once, where policies let them.
strategy: canary
# Only what is on these branches is released. Of the values files later ones win.
chart:
  repository: ${repository}
  refs: [${branch}]
  path: ${chart}
  values:
    - models/${service}/values/common.yaml
    - models/${service}/values/{environment}.yaml
# The Gateway that it is reached through, and under which name. Plimsoll owns the HTTPRoute; the chart has none.
route: { gateway: models, hostname: ${hostname}, port: 8080 }
# What a new version is held to against the one that runs. Every field has a default with its reason, in Plimsoll's
# docs/reference/objectives.md; \`series\` is needed where the service counts under other names than the chart's README.
objectives:
  # At most half as many failures again, or 0.1 points more, whichever allows more; never more than 1 %.
  errors: { marginRatio: 1.5, marginPoints: 0.1, limitPercent: 1 }
`;
}

const people = `# Under which addresses people write commits, by the subject of their token: nobody approves what they wrote.
# \`ana@example.com\` is taken for \`ana\` by itself; here stand the addresses that do not say whose they are:
#   sam: [samuel.ortega@example.com]
{}
`;

/* --------------------------------------------------------------- machines */

function machines({ service, team, github, jenkins, environments, branch }: Answers): Files {
  return {
    ...(github !== undefined && {
      [`catalog/machines/${service}-github.yaml`]: `# The jobs of GitHub Actions that may ask for releases, by what their tokens say. Repositories with immutable subjects
# say repo:owner@id/name@id:… instead; a token that fits nothing is answered with what it says and what would do.
name: ${service}-github
issuer: https://token.actions.githubusercontent.com
match:
  sub:
${environments.map((name) => `    - repo:${github.repository}:environment:${name}\n`).join('')}${repositoryId(github.repositoryId)}  ref: refs/heads/${branch}
team: ${team}
`,
      [`catalog/machines/${service}-pulls.yaml`]: `# Pull requests: what a release would be, and nothing else, since whoever may push a branch may have such a job.
name: ${service}-pulls
issuer: https://token.actions.githubusercontent.com
match:
  sub: repo:${github.repository}:pull_request
${repositoryId(github.repositoryId)}team: ${team}/previews
`,
    }),
    ...(jenkins?.job !== undefined && {
      [`catalog/machines/${service}-jenkins.yaml`]: `# The job of Jenkins that may ask for releases: \`sub\` is its address.
name: ${service}-jenkins
issuer: ${new URL(jenkins.job).origin}/oidc
match:
  sub: ${jenkins.job}
team: ${team}
`,
    }),
  };
}

const repositoryId = (id: string | undefined): string =>
  id === undefined
    ? '  # repository_id: "…" keeps out whoever takes the name over: gh api repos/<owner>/<name> --jq .id\n'
    : `  repository_id: "${id}"\n`;

/* ----------------------------------------------------------------- values */

const commonValues = (
  service: string,
): string => `# What ${service} needs everywhere. Plimsoll lays its own values over these: slot, version, image, artifact.
server:
  # Loading the model: a new version is given up when it is not ready by then.
  startupSeconds: 300
  resources:
    requests: { cpu: 250m, memory: 512Mi }
    limits: { cpu: "1", memory: 1Gi }
`;

/** Two where others depend on it: one pod that is moved is no service. */
const values = (name: string, index: number, environments: number): string =>
  `# What differs in ${name}.\nreplicas: ${index === environments - 1 ? 2 : 1}\n`;
