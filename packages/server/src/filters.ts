/** The filters of the configuration, and what scripts hear of their results. */
import { type ContentTests, testedByFields, testedHere } from '@lemonade/filter'
import { clamAv, Inspector, type InspectorOptions, rspamd } from '@lemonade/mta'
import type { Config } from './config/config.ts'

/** Null where there are none. */
export function openInspector(
  { rspamd: spam, clamav: virus }: Config['filters'],
  house: Omit<InspectorOptions, 'filters'>,
): Inspector | null {
  const filters = [...(spam === null ? [] : [rspamd(spam)]), ...(virus === null ? [] : [clamAv(virus)])]
  return filters.length === 0 ? null : new Inspector({ ...house, filters })
}

export function contentTestsOf({ filters, mta }: Pick<Config, 'filters' | 'mta'>): ContentTests {
  const here = { spam: filters.rspamd !== null, virus: filters.clamav !== null }
  return testedHere(here, testedByFields(mta.testedBy))
}
