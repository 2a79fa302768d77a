/** Text that is no terminal's. */
import picocolors from 'picocolors';

export const plain = picocolors.createColors(false);
