/** The workflow of GitHub Actions and the Jenkinsfile, in the forms of docs/github.md and docs/jenkins.md. */
import type { Answers, GitHubAnswers, JenkinsAnswers } from './answers.ts';
import type { Files } from './catalog.ts';

export function pipelineFiles(answers: Answers): Files {
  const { github, jenkins } = answers;
  return {
    ...(github !== undefined && { '.github/workflows/plimsoll.yml': workflow(answers, github) }),
    ...(jenkins !== undefined && { Jenkinsfile: jenkinsfile(answers, jenkins) }),
  };
}

/* ----------------------------------------------------------------- GitHub */

type Job = readonly string[];

function workflow(answers: Answers, github: GitHubAnswers): string {
  const { environments, terraformRoots, branch } = answers;
  const withStack = environments.filter((name) => terraformRoots.has(name));
  const named = (name: string, environment: string) => (environments.length === 1 ? name : `${name}-${environment}`);
  const plans = withStack.map((environment) =>
    job(answers, github, {
      name: named('plan', environment),
      environment,
      event: 'pull_request',
      workflow: 'plan',
      needs: undefined,
      inputs: ['stack: platform'],
    }),
  );
  const releasesOf = (name: string, event: string, of: readonly string[], inputs: readonly string[]) =>
    of.map((environment, index) => {
      const before = of[index - 1];
      const needs = before === undefined ? undefined : named(name, before);
      return job(answers, github, { name: named(name, environment), environment, event, workflow: 'release', needs, inputs });
    });
  const events = [
    ...(withStack.length > 0 ? ['  pull_request:', '  push:', `    branches: [${branch}]`] : []),
    '  workflow_dispatch:',
    '    inputs:',
    ...Object.entries(modelInputs).map(([name, description]) => `      ${name}: { description: "${description}", required: true }`),
  ];
  return [
    '# Infrastructure is planned on pull requests and released after the merge; a model is released when somebody, or the',
    '# training, starts this workflow with it. Each environment takes what the one before has run.',
    '# Pinned by the commit of Plimsoll that is used; its docs/github.md says what the catalog needs.',
    'name: Plimsoll',
    'on:',
    ...events,
    'permissions: {}',
    'jobs:',
    ...plans.flat(),
    ...releasesOf('release', 'push', withStack, ['stack: platform']).flat(),
    ...releasesOf(
      'model',
      'workflow_dispatch',
      environments,
      Object.keys(modelInputs).map((name) => `${name}: \${{ inputs.${name} }}`),
    ).flat(),
    '',
  ].join('\n');
}

const modelInputs = {
  'model-version': 'The version that training registered, such as 2026.11.3',
  artifact: 's3://… of the model file',
  digest: 'sha256:… of that file',
  image: 'The server image, by digest',
};

/** What each called workflow needs and no more: docs/github.md says what for. */
const permissions = {
  plan: ['id-token: write', 'pull-requests: write', 'checks: write', 'security-events: write', 'actions: read', 'contents: read'],
  release: ['id-token: write'],
};

interface JobParts {
  readonly name: string;
  readonly environment: string;
  readonly event: string;
  readonly workflow: 'plan' | 'release';
  readonly needs: string | undefined;
  readonly inputs: readonly string[];
}

function job({ apiUrl, service }: Answers, { plimsoll }: GitHubAnswers, parts: JobParts): Job {
  return [
    `  ${parts.name}:`,
    ...(parts.needs === undefined ? [] : [`    needs: ${parts.needs}`]),
    `    if: github.event_name == '${parts.event}'`,
    '    permissions:',
    ...permissions[parts.workflow].map((permission) => `      ${permission}`),
    `    uses: ${plimsoll.repository}/.github/workflows/plimsoll-${parts.workflow}.yml@${plimsoll.commit}`,
    '    with:',
    `      api-url: ${apiUrl}`,
    ...(parts.workflow === 'release' ? [`      github-environment: ${parts.environment}`] : []),
    `      service: ${service}`,
    `      environment: ${parts.environment}`,
    ...parts.inputs.map((input) => `      ${input}`),
  ];
}

/* ---------------------------------------------------------------- Jenkins */

function jenkinsfile(answers: Answers, { library }: JenkinsAnswers): string {
  const { account, region, service, environments } = answers;
  return `// A model service on Jenkins: built, pushed, named by its digest, signed where there is a key, released and followed.
// Only what was merged is released, so this job builds the main branch; docs/jenkins.md says what it needs.
@Library('${library}') _

pipeline {
  agent { label 'docker' }
  options {
    // One that waits for people; the release goes on without the build.
    timeout(time: 12, unit: 'HOURS')
    disableConcurrentBuilds()
  }
  parameters {
    string(name: 'MODEL_VERSION', description: 'The version that training registered, such as 2026.11.3')
    string(name: 'MODEL_ARTIFACT', description: 's3://… of the model file')
    string(name: 'MODEL_DIGEST', description: 'sha256:… of that file')
    string(name: 'SIGNING_KEY', defaultValue: '', description: 'awskms:///… that signs the image; left empty, it is not signed')
    string(name: 'ATTEMPT', defaultValue: '1', description: 'To try again what ended without being released')
  }
  environment {
    REPOSITORY = '${account}.dkr.ecr.${region}.amazonaws.com/${service}'
  }
  stages {
    stage('Build') {
      steps {
        sh 'docker build --tag "$REPOSITORY:$GIT_COMMIT" .'
      }
    }
    stage('Push') {
      steps {
        script {
          sh 'docker push --quiet "$REPOSITORY:$GIT_COMMIT"'
          // A tag can be moved; what is judged and what is served is the same by its digest alone.
          env.IMAGE = sh(returnStdout: true, script: 'docker inspect --format "{{index .RepoDigests 0}}" "$REPOSITORY:$GIT_COMMIT"').trim()
        }
      }
    }
    stage('Sign') {
      when { expression { params.SIGNING_KEY != '' } }
      steps {
        sh 'cosign sign --yes --key "$SIGNING_KEY" "$IMAGE"'
      }
    }
${environments.map((name) => releaseStage(answers, name, environments.length === 1 ? 'Release' : `Release into ${name}`)).join('')}  }
}
`;
}

const releaseStage = ({ apiUrl, service }: Answers, environment: string, title: string): string => `    stage('${title}') {
      steps {
        plimsollRelease(
          apiUrl: '${apiUrl}',
          credentialsId: 'plimsoll-token',
          service: '${service}',
          environment: '${environment}',
          commit: env.GIT_COMMIT,
          modelVersion: params.MODEL_VERSION,
          artifact: params.MODEL_ARTIFACT,
          digest: params.MODEL_DIGEST,
          image: env.IMAGE,
          attempt: params.ATTEMPT,
          reason: "model \${params.MODEL_VERSION} by \${env.JOB_NAME}",
        )
      }
    }
`;
