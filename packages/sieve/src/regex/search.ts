/**
 * Finds the leftmost match and of those the longest (IEEE Std 1003.1, chapter 9.1), by running all ways through the
 * states at once: time grows with characters times states, whatever the pattern. Of several ways to that match the
 * groups are those of the one that a backtracking search would take first.
 */
import { FastSet, wordCharacter } from './characters.ts'
import type { Regex } from './compile.ts'
import type { Assertion } from './tree.ts'

/** Where the match is and where its groups are, as pairs of places; a group that took no part has -1. */
export type Places = readonly number[]

const word = new FastSet(wordCharacter, point => [point])

/** The ways that are open at one place of the text, the preferred one first. */
interface Ways {
  readonly states: number[]
  readonly places: Places[]
  /** By state: the round in which it was last reached. */
  readonly reached: Uint32Array
  round: number
}

/**
 * The match of a text, given as code points; null where there is none. Without `wantsPlaces` any match will do, and its
 * places are not told. `work` hears of the states that are visited, before they are.
 */
export function searchRegex(
  { states, groups }: Regex,
  text: ArrayLike<number>,
  wantsPlaces: boolean,
  work: (states: number) => void,
): Places | null {
  const slots = wantsPlaces ? 2 * (groups + 1) : 2
  const nothing: Places = new Array<number>(slots).fill(-1)
  let now = noWays(states.length)
  let next = noWays(states.length)
  let best: Places | null = null
  const stack: number[] = []
  const stackPlaces: Places[] = []

  /** Follows all that takes no character; the states that take one, or match, are ways. */
  const follow = (ways: Ways, start: number, at: number, startPlaces: Places): void => {
    stack.push(start)
    stackPlaces.push(startPlaces)
    for (;;) {
      const index = stack.pop()
      const places = stackPlaces.pop()
      if (index === undefined || places === undefined) return
      if (ways.reached[index] === ways.round) continue
      ways.reached[index] = ways.round
      const state = states[index] as (typeof states)[number]
      switch (state.op) {
        case 'take':
        case 'match':
          ways.states.push(index)
          ways.places.push(places)
          break
        case 'jump':
          stack.push(state.to)
          stackPlaces.push(places)
          break
        case 'fork':
          stack.push(state.second, state.first)
          stackPlaces.push(places, places)
          break
        case 'mark': {
          stack.push(index + 1)
          if (state.slot >= slots) stackPlaces.push(places)
          else {
            const marked = places.slice()
            marked[state.slot] = at
            stackPlaces.push(marked)
          }
          break
        }
        case 'assert':
          if (!holds(state.what, text, at)) break
          stack.push(index + 1)
          stackPlaces.push(places)
      }
    }
  }

  for (let at = 0; at <= text.length; at++) {
    if (best === null) {
      const started = nothing.slice()
      started[0] = at
      follow(now, 0, at, started)
    }
    if (now.states.length === 0 && best !== null) break
    work(now.states.length + 1)
    next.round++
    next.states.length = 0
    next.places.length = 0
    const point = at < text.length ? (text[at] as number) : -1
    for (let way = 0; way < now.states.length; way++) {
      const places = now.places[way] as Places
      // What starts behind a match that was found cannot be the leftmost.
      if (best !== null && (places[0] as number) > (best[0] as number)) continue
      const state = states[now.states[way] as number] as (typeof states)[number]
      if (state.op === 'match') {
        if (!wantsPlaces) return places
        if (best === null || (places[0] as number) < (best[0] as number) || at > (best[1] as number)) {
          const found = places.slice()
          found[1] = at
          best = found
        }
      } else if (state.op === 'take' && point !== -1 && state.set.has(point)) {
        follow(next, (now.states[way] as number) + 1, at + 1, places)
      }
    }
    ;[now, next] = [next, now]
  }
  return best
}

function noWays(states: number): Ways {
  return { states: [], places: [], reached: new Uint32Array(states), round: 1 }
}

function holds(what: Assertion, text: ArrayLike<number>, at: number): boolean {
  if (what === 'start') return at === 0
  if (what === 'end') return at === text.length
  const before = at > 0 && word.has(text[at - 1] as number)
  const behind = at < text.length && word.has(text[at] as number)
  if (what === 'word-start') return !before && behind
  if (what === 'word-end') return before && !behind
  return (before !== behind) === (what === 'word-edge')
}
