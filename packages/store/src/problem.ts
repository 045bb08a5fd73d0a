/**
 * Everything that can stand in a mutation's or a read's way, as one closed list.
 *
 * Each front end maps every problem to its own protocol's answer in an exhaustive table, so adding a line here
 * makes the type checker name each protocol that has no answer for it yet.
 */
export type Problem =
  | 'no-such-account'
  | 'account-exists'
  | 'no-such-domain'
  | 'domain-exists'
  | 'domain-in-use'
  | 'no-such-alias'
  | 'alias-exists'
  | 'alias-loop'
  | 'sending-limit'
  | 'no-such-mailbox'
  | 'mailbox-exists'
  | 'mailbox-has-children'
  | 'bad-mailbox-name'
  | 'inbox-is-special'
  | 'owner-has-all'
  | 'too-many-rights'
  | 'no-such-message'
  | 'too-many-keywords'
  | 'bad-keyword'
  | 'too-big'
  | 'too-many-entries'
  | 'entry-too-big'
  | 'too-many-annotations'
  | 'annotation-too-big'
  | 'over-quota'
  | 'no-such-script'
  | 'script-exists'
  | 'script-is-active'
  | 'too-many-scripts'
  | 'no-such-queue-entry'
  | 'no-such-device'
  | 'wrong-echo'
  | 'bad-address'
  | 'busy'
  | 'damaged'

/** A problem of the store: the caller's table says what the peer is told. `detail` is for the log only. */
export class StoreError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, detail?: string) {
    super(detail === undefined ? problem : `${problem}: ${detail}`)
    this.name = 'StoreError'
    this.problem = problem
  }
}
