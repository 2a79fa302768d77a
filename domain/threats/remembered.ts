/**
 * Which releases were told of a finding, and how bad it was then, small enough to go on for years: an event of a finding
 * that goes on comes each 15 minutes, and a message of Temporal holds 32 KiB.
 */
import { digestText, hexOf } from '../digest.ts';
import type { Band } from './finding.ts';
import type { Concerned } from './told.ts';

/** By mark of a release, the one that was told last at the end. */
export type Remembered = ReadonlyMap<string, Band>;

/** By band, marks one after the other. */
export type Packed = Readonly<Partial<Record<Band, string>>>;

/** 48 bits: that two of a thousand releases have one mark happens once in half a billion findings. */
const markLength = 12;
/** 12 KiB. Of more than these the first would be told again, who themselves heed only what is worse than before. */
export const rememberedMax = 1_000;

/** One that was told while it ran and serves now is told again, as what it is. */
const keyOf = ({ releaseId, state }: Pick<Concerned, 'releaseId' | 'state'>): string =>
  state === 'open' ? releaseId : `${releaseId} serves`;
const marked = (key: string): string => hexOf(digestText(key)).slice(0, markLength);
export const markOf = (release: Pick<Concerned, 'releaseId' | 'state'>): string => marked(keyOf(release));

export function packed(told: Remembered): Packed {
  const bands: Partial<Record<Band, string>> = {};
  for (const [mark, band] of [...told].slice(-rememberedMax)) bands[band] = (bands[band] ?? '') + mark;
  return bands;
}

/** `named`: from before they were packed, by what `keyOf` says. */
export function unpacked(bands: Packed, named: Readonly<Record<string, Band>> = {}): Map<string, Band> {
  const told = new Map<string, Band>();
  for (const [key, band] of Object.entries(named)) told.set(marked(key), band);
  for (const [band, marks] of Object.entries(bands) as [Band, string][])
    for (let at = 0; at < marks.length; at += markLength) told.set(marks.slice(at, at + markLength), band);
  return told;
}
