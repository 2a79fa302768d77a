/** What Helm said, fit to be read by people for ever: its own sentence, bounded, without the machine's paths. */
import type { FailureKind } from '../../domain/failures.ts';

/** Several fields of a values schema fit; a rendered document does not. */
const charactersMax = 600;

/** The lines of `helm lint` that refuse, or the error of any other command, in one line. */
export function sentenceOf(output: string, workspace: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(==>|\[INFO\]|level=|\d+ chart\(s\)|Error: \d+ chart\(s\)|Use --debug)/.test(line));
  const text = lines
    .join(' ')
    .replaceAll(workspace, '')
    .replaceAll(/(?:file:\/\/)?\/(?:[\w.@-]+\/)+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (text === '') return 'Helm said no without a reason';
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
}

/** Helm has one exit code for everything, so its text decides what is tried again. What is unknown is not. */
export function failureKindOf(stderr: string): Extract<FailureKind, 'helm.busy' | 'kubernetes.unreachable' | 'helm.failed'> {
  if (/another operation .* is in progress|release: already exists/i.test(stderr)) return 'helm.busy';
  const network = /cluster unreachable|connection re(fused|set)|i\/o timeout|TLS handshake timeout|unexpected EOF|no route to host/i;
  const overload = /too many requests|currently unable to handle|etcdserver|leader changed|service unavailable/i;
  return network.test(stderr) || overload.test(stderr) ? 'kubernetes.unreachable' : 'helm.failed';
}
