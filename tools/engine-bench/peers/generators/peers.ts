import { artillery } from './artillery.ts'
import { autocannon } from './autocannon.ts'
import type { Generator } from './generator.ts'
import { hey } from './hey.ts'
import { k6 } from './k6.ts'
import { vegeta } from './vegeta.ts'
import { wrk2 } from './wrk2.ts'

/** Other generators to compare with ours, if they are installed. */
export const PEERS: readonly Generator[] = [vegeta, k6, wrk2, hey, autocannon, artillery]
