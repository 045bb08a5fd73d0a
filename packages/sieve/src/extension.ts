/** THE contract: every extension point. */
export interface SieveExtension {
  readonly name: string
}
export declare function extension(value: SieveExtension): SieveExtension
