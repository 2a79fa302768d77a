/** What a workflow says of itself in Temporal's lists, where nobody but its server is asked. */
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';

interface Listed {
  readonly typedSearchAttributes: {
    getAll(): readonly { readonly key: { readonly name: string }; readonly value: unknown }[];
  };
}

/** Of a keyword; `''` where it has none of this name. */
export function attributeOf({ typedSearchAttributes }: Listed, name: string): string {
  const value = typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value;
  return typeof value === 'string' ? value : '';
}

/** Written by us from a catalog that was checked; what reads them again checks what it needs. */
export const listedNotices = z.array(z.custom<NoticeTarget>((value) => typeof value === 'object' && value !== null && 'kind' in value));
