/** Every workflow this worker hosts. */
export { auditExport } from './audit-export.ts';
export { caretaker } from './caretaker.ts';
export { checkpoint } from './checkpoint.ts';
export { checkup } from './checkup.ts';
export { deadFindings } from './dead-findings.ts';
export { drift, driftOfStack } from './drift.ts';
export { finding } from './finding.ts';
export { findingsBackstop } from './findings-backstop.ts';
export { lane } from './lane.ts';
export { line } from './line.ts';
export { preview } from './preview.ts';
export { recover } from './recover.ts';
export { refusals } from './refusals.ts';
export { release } from './release.ts';
export { rescan, rescanRelease } from './rescan.ts';
export { strays } from './strays.ts';
export { undelivered } from './undelivered.ts';
