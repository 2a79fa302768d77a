import { expect, test } from 'vitest';
import { checkClock, checkTable } from './checkup.ts';

test.each([
  [0.4, true, '0.4 s ahead'],
  [-5, true, '5.0 s behind'],
  [-5.1, false, '5.1 s behind'],
  [90, false, '90.0 s ahead'],
])('a clock that is %s s away is right: %s', (away, ok, found) => {
  expect(checkClock('the worker', away)).toEqual({
    check: 'clock',
    about: 'the worker',
    ok,
    found,
    remedy: ok ? null : checkTable.clock.remedy,
  });
});
