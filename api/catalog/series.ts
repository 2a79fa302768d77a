/** Names of the series that a service exports, as a team writes them; the defaults are the chart's own. */
import { z } from 'zod';
import { metricName } from './objectives.ts';

export const series = z.strictObject({
  requests: metricName.default('model_requests_total'),
  statusLabel: z.string().default('status'),
  /** A client's mistake (4xx) is not the model's failure. */
  failureStatus: z.string().default('5..'),
  latency: metricName.default('model_request_duration_seconds'),
});
