/** What every target of the operator's says of itself, beside where it is. */
import type { Sink } from '../sink.ts'

type Wishes = Pick<Sink, 'types' | 'include' | 'tags' | 'plainFlags'>

export interface Wanted extends Wishes {
  /** Distinguishes it from others of its kind; a new name starts with the events that come from then on. */
  readonly name: string
}

/** Which events it is told of, and what of them. */
export function wishesOf({ types, include, tags, plainFlags }: Wanted): Wishes {
  return {
    ...(types && { types }),
    ...(include && { include }),
    ...(tags && { tags }),
    ...(plainFlags === undefined ? {} : { plainFlags }),
  }
}
