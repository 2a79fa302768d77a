/** What Prometheus reads about the API itself. Labels are route templates, never addresses: those are without end. */
import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Around the slowest honest answer: an update waits at most 10 s. */
const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from request to answer; event streams are left out',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: bucketsSeconds,
    registers: [this.registry],
  });
  readonly refusals = new Counter({
    name: 'plimsoll_api_refusals_total',
    help: 'Requests that were refused, by kind',
    labelNames: ['kind'],
    registers: [this.registry],
  });
  readonly eventStreams = new Gauge({ name: 'plimsoll_api_event_streams', help: 'Open event streams', registers: [this.registry] });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
