/** The part of @xmpp/client that this package uses: it brings no types of its own. */
declare module '@xmpp/client' {
  export interface Element {
    readonly name: string
    readonly attrs: Readonly<Record<string, string>>
    is(name: string, namespace?: string): boolean
    getChild(name: string): Element | undefined
    getChildElements(): readonly Element[]
  }
  export interface Client {
    readonly status: string
    readonly reconnect: { stop(): void }
    readonly iqCaller: { request(stanza: Element, timeoutMilliseconds: number): Promise<Element> }
    isSecure(): boolean
    start(): Promise<unknown>
    stop(): Promise<unknown>
    send(stanza: Element): Promise<void>
    on(event: 'error', listener: (error: Error) => void): void
    on(event: 'stanza', listener: (stanza: Element) => void): void
    on(event: 'disconnect', listener: () => void): void
  }
  export interface Credentials {
    readonly username: string
    readonly password: string
  }
  export interface ClientOptions {
    readonly service?: string
    readonly domain: string
    readonly resource?: string
    readonly timeout: number
    readonly credentials: (
      authenticate: (credentials: Credentials, mechanism: string | undefined) => Promise<void>,
      mechanisms: readonly string[],
      fast: unknown,
      entity: Client,
    ) => Promise<void>
  }
  export function client(options: ClientOptions): Client
  export function xml(
    name: string,
    attributes?: Readonly<Record<string, string | undefined>> | null,
    ...children: readonly (Element | string | false)[]
  ): Element
}
