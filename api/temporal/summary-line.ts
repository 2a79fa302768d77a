/** The line that lists of the Temporal UI show of a workflow. What people wrote goes into it, in any script. */

/** Temporal refuses more than 400 bytes, counted as it travels: as JSON, with some thirty bytes that say so. */
const bytesMax = 300;

/** As much of a text as there is room for, and no character halved. */
export function summaryLine(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(JSON.stringify(character)) - '""'.length;
    if (bytes > bytesMax) return text.slice(0, end);
    end += character.length;
  }
  return text;
}
