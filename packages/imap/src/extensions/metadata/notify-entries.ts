/**
 * Devices and preferences that a user sets to be notified, below `/private/vendor/lemonade/notify/`: what is none is
 * refused when it is set, as it is by HTTP, and not only found out when nothing comes. What is removed is not looked at.
 */
import type { MetadataRule } from '../../extension.ts'
import { No } from '../../problem.ts'

const folder = '/private/vendor/lemonade/notify/'
/** Computed, or only echoed: these have rules of their own. */
const elsewhere = ['state/', 'validate/'].map(name => folder + name)

export const notifyEntries: MetadataRule = {
  applies: (name, of) => of === null && name.startsWith(folder) && !elsewhere.some(other => name.startsWith(other)),
  check({ shared }, _, name, value) {
    const problem = value === null ? null : (shared.notifyEntryProblem?.(name.slice(folder.length), value) ?? null)
    if (problem !== null) throw new No(problem, 'CANNOT')
  },
}
