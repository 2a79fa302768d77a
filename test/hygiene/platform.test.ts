/** The table of docs/reference/platform.md names resources. All of them exist, and no service that we use is left out. */
import { describe, expect, test } from 'vitest';
import { type Service, services } from '../../infra/local/docs/platform.ts';
import { files, read } from './repository.ts';

interface Resource {
  readonly folder: string;
  readonly type: string;
  readonly name: string;
}

const resourcesIn = (file: string): readonly Resource[] => {
  const folder = /^infra\/terraform\/(?:modules\/)?([\w-]+)\//.exec(file)?.[1] ?? '';
  return [...read(file).matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, type = '', name = '']) => ({ folder, type, name }));
};

const resources = files.filter((file) => file.startsWith('infra/terraform/') && file.endsWith('.tf')).flatMap(resourcesIn);
const addresses = new Set(resources.map(({ folder, type, name }) => `${folder}/${type}.${name}`));

const belongsTo = (type: string, all: readonly Service[] = services): readonly string[] =>
  all.filter(({ types }) => types.some((prefix) => type.startsWith(prefix))).map(({ name }) => name);

describe('the table of services', () => {
  test.each(services)('$name: what it names exists', ({ policies, alarms }) => {
    expect([...policies, ...alarms].filter((address) => !addresses.has(address))).toEqual([]);
  });

  test.each(services)('$name: somebody is allowed by something, and either an alarm watches or it says why none does', (service) => {
    expect(service.policies.length).toBeGreaterThan(0);
    expect(service.alarms.length > 0).toBe(service.unwatched === undefined);
  });

  test('leaves out no service that our Terraform uses, and lists none that it does not', () => {
    const types = [...new Set(resources.map(({ type }) => type))];
    expect(types.length).toBeGreaterThan(50);
    expect(types.filter((type) => belongsTo(type).length !== 1)).toEqual([]);
    expect(services.filter(({ name }) => !types.some((type) => belongsTo(type).includes(name)))).toEqual([]);
  });

  test('would miss a service without a row', () => {
    expect(belongsTo('aws_rds_cluster')).toEqual([]);
  });

  test('what is called an alarm reaches people', () => {
    const alarms = new Set(services.flatMap((service) => service.alarms));
    const told = files
      .filter((file) => file.startsWith('infra/terraform/') && file.endsWith('.tf'))
      .map(read)
      .join('\n');
    const silent = [...alarms].filter((address) => {
      const [type = '', name = ''] = (address.split('/')[1] ?? '').split('.');
      // A rule has a target of its own; an alarm has actions.
      return type === 'aws_cloudwatch_event_rule'
        ? !told.includes(`= ${type}.${name}`)
        : !new RegExp(`"${type}" "${name}" \\{[^}]*alarm_actions`).test(told.replaceAll(/\{[^{}\n]*\}/g, ''));
    });
    expect(silent).toEqual([]);
  });
});
