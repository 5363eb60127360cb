import { describe, expect, test } from 'vitest'
import { parseArtilleryReport } from './artillery.ts'
import { parseAutocannonReport } from './autocannon.ts'
import { parseHeyCsv } from './hey.ts'
import { parseK6Summary } from './k6.ts'
import { parseVegetaReport } from './vegeta.ts'
import { parseWrk2Report } from './wrk2.ts'

/** What the generators reported of real loads, shortened. */
const K6 = `{
  "root_group": { "name": "", "checks": {} },
  "metrics": {
    "vus": { "value": 803, "min": 0, "max": 803 },
    "http_req_blocked": { "p(99.9)": 1.4398534260003177, "p(50)": 0.002423, "p(99)": 0.3007 },
    "http_req_duration": { "p(50)": 0.12394250000000001, "p(99)": 930.4810728000002, "p(99.9)": 993.8165233240024 },
    "http_req_duration{expected_response:true}": { "p(99)": 930.4810728000002 }
  }
}`
const VEGETA = `{"latencies":{"total":900818236,"mean":150136,"50th":84029,"90th":150064,"95th":196298,"99th":1297761,"max":17879236,"min":30746},"bytes_in":{"total":12000,"mean":2},"requests":6000,"success":1,"errors":[]}
`
const WRK2 = `Running 8s test @ http://127.0.0.1:33013/
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    65.55ms  197.89ms   1.00s    90.48%
  Latency Distribution (HdrHistogram - Recorded Latency)
 50.000%  908.00us
 75.000%    1.31ms
 99.000%  927.74ms
 99.900%    1.02s
100.000%    1.10s

  Detailed Percentile spectrum:
       Value   Percentile   TotalCount 1/(1-Percentile)
       0.024     0.000000            1         1.00
`
const HEY = `response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset
0.0026,0.0009,0.0000,0.0004,0.0012,0.0000,200,0.0576
0.0005,0.0000,0.0000,0.0000,0.0003,0.0001,200,0.0600
0.9731,0.0000,0.0000,0.0000,0.9730,0.0001,200,0.0576
`
const AUTOCANNON = `{"url":"http://127.0.0.1:37645/","connections":64,"errors":0,"latency":{"average":418.61,"min":1,"max":1002,"p10":2,"p25":102,"p50":402,"p90":882,"p97_5":972,"p99":990,"p99_9":1000,"p99_99":1002,"totalCount":76756},"requests":{"p50":1007,"p99":1149}}
`
const ARTILLERY = `{
  "aggregate": {
    "counters": { "http.requests": 8000 },
    "summaries": {
      "http.response_time": { "min": 0, "max": 988, "count": 8000, "p50": 0, "median": 0, "p95": 21.1, "p99": 135.7, "p999": 982.6 },
      "vusers.session_length": { "p50": 0.7, "p99": 944, "p999": 982.6 }
    }
  },
  "intermediate": []
}`

const REPORTS = [
  [
    'k6',
    parseK6Summary,
    K6,
    { p50Ms: 0.12394250000000001, p99Ms: 930.4810728000002, p999Ms: 993.8165233240024 },
  ],
  ['vegeta', parseVegetaReport, VEGETA, { p50Ms: 0.084029, p99Ms: 1.297761, p999Ms: null }],
  ['wrk2', parseWrk2Report, WRK2, { p50Ms: 0.908, p99Ms: 927.74, p999Ms: 1_020 }],
  ['hey', parseHeyCsv, HEY, { p50Ms: 2.6, p99Ms: 973.1, p999Ms: 973.1 }],
  ['autocannon', parseAutocannonReport, AUTOCANNON, { p50Ms: 402, p99Ms: 990, p999Ms: 1_000 }],
  ['artillery', parseArtilleryReport, ARTILLERY, { p50Ms: 0, p99Ms: 135.7, p999Ms: 982.6 }],
] as const

describe.each(REPORTS)('the report of %s', (_, parse, text, times) => {
  test('has the percentiles that the generator reports, in ms', () => {
    const { p50Ms, p99Ms, p999Ms } = parse(text)
    expect(p50Ms).toBeCloseTo(times.p50Ms, 9)
    expect(p99Ms).toBeCloseTo(times.p99Ms, 9)
    if (times.p999Ms === null) expect(p999Ms).toBeNull()
    else expect(p999Ms).toBeCloseTo(times.p999Ms, 9)
  })

  test('is refused if it is from another program, empty or truncated', () => {
    for (const other of REPORTS.map(([, , each]) => each).filter((each) => each !== text)) {
      expect(() => parse(other)).toThrow(Error)
    }
    expect(() => parse('')).toThrow(Error)
    expect(() => parse(text.slice(0, 60))).toThrow(Error)
  })
})
