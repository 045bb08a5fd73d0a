/** The message store. `openStore` opens a data directory; everything else is types. */
export type * from './api.ts'
export { type StoreLimits, storeLimits } from './limits.ts'
export type * from './model.ts'
export { rights, serverAccount, systemFlags } from './model.ts'
export { otherUsers } from './names.ts'
export { openStore, type StoreOptions } from './open.ts'
export { type Problem, StoreError } from './problem.ts'
export type * from './search/program.ts'
