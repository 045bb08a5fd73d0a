import type { SieveExtension } from '../extension.ts'
/** What is built in beyond the core, in IANA order. */
export declare const extensions: readonly SieveExtension[]
/** Capability strings for ManageSieve's SIEVE line (RFC 5804 §1.7). */
export declare function capabilities(extensions?: readonly SieveExtension[]): readonly string[]
