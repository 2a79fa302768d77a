/**
 * modelscan: its arguments and its answer as findings, and the findings of our own about formats it does not
 * read. A file that nobody could read is incomplete, never clean.
 */
import { z } from 'zod';
import { type Finding, fingerprintOf, type Severity } from '../../domain/finding.ts';
import { parseJson } from '../tool/output.ts';
import type { Format } from './formats.ts';
import type { Reading } from './report.ts';

/** 1: issues; 2: errors in a file, or it broke; 3: nothing it reads. Whether there is a report tells which. */
export const modelscanAnswers = [0, 1, 2, 3];

/** 0.7 s on small files; it reads a pickle opcode by opcode, some minutes for one of several GiB. */
export const modelscanTimeoutSeconds = 600;

/** The report goes to a file: on the terminal modelscan folds JSON at 80 columns, inside of strings. */
export const modelscanArgs = (file: string, reportFile: string) => [
  'scan',
  '--path',
  file,
  '--reporting-format',
  'json',
  '--output-file',
  reportFile,
  '--show-skipped',
  '--log',
  'ERROR',
];

const answer = z.object({
  summary: z.object({
    modelscan_version: z.string(),
    scanned: z.object({ total_scanned: z.number(), scanned_files: z.array(z.string()).default([]) }),
    skipped: z.object({ skipped_files: z.array(z.object({ source: z.string() })) }),
  }),
  issues: z.array(
    z.object({
      description: z.string(),
      operator: z.string().nullish(),
      module: z.string().nullish(),
      scanner: z.string(),
      severity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
    }),
  ),
  errors: z.array(z.object({ category: z.string(), description: z.string() })),
});

const severityOf = { LOW: 'low', MEDIUM: 'medium', HIGH: 'high', CRITICAL: 'critical' } as const;

/** Members of a PyTorch archive beside its pickle: raw tensors and marks of the format, which run nothing. */
const rawMember = /:[^/]+\/(version|byteorder|\.format_version|\.storage_alignment|data\/\d+|\.data\/serialization_id)$/;

/** Suffixes that modelscan reads as pickles, PyTorch's among them. */
const pickled = /\.(pkl|pickle|joblib|dill|dat|data|bin|pt|pth|ckpt)$/;

export function readModelscan(json: string, artifact: string): Reading {
  const { summary, issues, errors } = parseJson(answer, json, 'modelscan');
  const found = issues.map((issue): Finding => {
    const rule = issue.scanner.split('.').at(-1) ?? issue.scanner;
    const evidence = `${issue.module ?? ''} ${issue.operator ?? ''} ${issue.description}`;
    return {
      ...ours(rule, severityOf[issue.severity], artifact, evidence, issue.description),
      severitySource: 'tool',
    };
  });
  const skipped = summary.skipped.skipped_files.filter(({ source }) => !rawMember.test(source));
  const unread = [
    ...errors.map(({ category, description }) => `${category}: ${description}`),
    ...skipped.map(({ source }) => `no scanner here reads ${source.split('/').at(-1)}`),
  ];
  if (summary.scanned.total_scanned === 0 && unread.length === 0) unread.push('nothing was scanned');
  return {
    toolVersion: summary.modelscan_version,
    findings: summary.scanned.scanned_files.some((file) => pickled.test(file)) ? [...found, runsByDesign(artifact)] : found,
    parseErrors: unread,
    raw: json,
  };
}

/** What our own look at the content says of a format that modelscan does not read. */
export function readFormat(format: Extract<Format, { kind: 'safetensors' | 'onnx' | 'skops' }>, artifact: string): Reading {
  const unknownTypes = format.kind === 'skops' ? format.unknownTypes : [];
  return {
    toolVersion: 'format check 1',
    findings: unknownTypes.map((type) =>
      ours('SkopsUnknownType', 'high', artifact, type, `the file builds a ${type}, which is not a known data type`),
    ),
    parseErrors: [],
    raw: JSON.stringify(format),
  };
}

/** The bytes in the bucket are not the bytes that were ordered. */
export const readOtherDigest = (artifact: string, found: string): Reading => ({
  toolVersion: 'format check 1',
  findings: [ours('ArtifactDigest', 'critical', artifact, found, `the artifact in the bucket has another digest: ${found}`)],
  parseErrors: [],
  raw: found,
});

/** modelscan knows bad names; a pickle can call names that nobody has listed. */
const runsByDesign = (artifact: string): Finding =>
  ours('PickleFormat', 'medium', artifact, '', 'a pickle runs code when it is loaded: export as skops, safetensors or ONNX');

const ours = (rule: string, severity: Severity, address: string, evidence: string, message: string): Finding => ({
  fingerprint: fingerprintOf('modelscan', rule, address, evidence),
  tool: 'modelscan',
  rule,
  severity,
  severitySource: 'plimsoll',
  address,
  message,
  controls: [],
});
