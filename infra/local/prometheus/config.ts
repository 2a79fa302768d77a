/** What Prometheus scrapes: the model servers that the lab names, and Plimsoll's own processes. */
import { stringify } from 'yaml';

export interface ScrapedAddresses {
  readonly labUrl: string;
  readonly workerMetricsUrl: string;
  readonly apiUrl: string;
}

/** 1 s: a bad version is seen within a second, and a scrape of a model server takes a few milliseconds. */
const scrapeInterval = '1s';

export const prometheusConfig = ({ labUrl, workerMetricsUrl, apiUrl }: ScrapedAddresses): string =>
  stringify({
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval },
    scrape_configs: [
      // Model servers come and go with pods; the lab lists them with their namespace, service, slot, pod, version and release.
      { job_name: 'models', http_sd_configs: [{ url: `${labUrl}/targets`, refresh_interval: scrapeInterval }] },
      { job_name: 'plimsoll-worker', static_configs: [{ targets: [new URL(workerMetricsUrl).host] }] },
      { job_name: 'plimsoll-api', static_configs: [{ targets: [new URL(apiUrl).host] }] },
    ],
  });
