/** A Dockerfile as its stages: enough to compare it with what is around it. Whether it is a good one is for a linter. */
import { read } from '../hygiene/repository.ts';

interface Instruction {
  readonly keyword: string;
  /** What follows the keyword, with lines joined. */
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export function stagesIn(file: string): readonly Stage[] {
  const lines = read(file)
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n');
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, keyword = '', text = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    const [, from, name] = /^(\S+) AS (\S+)$/.exec(text) ?? [];
    if (keyword === 'FROM') stages.push({ name: name ?? '', from: from ?? text, instructions: [] });
    else if (keyword !== '') stages.at(-1)?.instructions.push({ keyword, text });
  }
  return stages;
}

/** A stage with those that it is made from, the last one first. */
export function lineageOf(stages: readonly Stage[], name: string): readonly Stage[] {
  const stage = stages.find((one) => one.name === name);
  return stage === undefined ? [] : [stage, ...lineageOf(stages, stage.from)];
}

export const textsOf = (stage: Stage | undefined, keyword: string): readonly string[] =>
  (stage?.instructions ?? []).flatMap((one) => (one.keyword === keyword ? [one.text] : []));

/** `ENV A=1 B=2`, over all lines of a stage. */
export const variablesOf = (stage: Stage | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    textsOf(stage, 'ENV')
      .flatMap((text) => text.split(' ').filter((word) => word.includes('=')))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
