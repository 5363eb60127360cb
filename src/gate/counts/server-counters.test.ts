import { expect, test } from 'vitest'
import { readCommandStats } from './server-counters.ts'

test("counts calls by command, except the counters' own", () => {
  const answer = [
    '# Commandstats',
    'cmdstat_evalsha:calls=200,usec=9000,usec_per_call=45.00,rejected_calls=0,failed_calls=0',
    'cmdstat_client|setinfo:calls=2,usec=3,usec_per_call=1.50,rejected_calls=0,failed_calls=0',
    'cmdstat_ping:calls=200,usec=40,usec_per_call=0.20,rejected_calls=0,failed_calls=0',
    'cmdstat_config|resetstat:calls=1,usec=20,usec_per_call=20.00,rejected_calls=0,failed_calls=0',
    'cmdstat_info:calls=1,usec=50,usec_per_call=50.00,rejected_calls=0,failed_calls=0',
  ]
  expect(readCommandStats(answer.join('\r\n'))).toEqual({
    'client|setinfo': 2,
    evalsha: 200,
    ping: 200,
  })
})
