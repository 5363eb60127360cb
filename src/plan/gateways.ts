import { needOf, type Coefficients } from './cost-model.ts'
import { amountsOfDemand } from './demand-amounts.ts'
import type { Assumptions, Demand } from './demand.ts'

/** More are not looked for: a plan with as many is no plan. */
const MAX_GATEWAYS = 2 ** 30

/**
 * Cores that each gateway takes: to receive and answer, and to register and renew the identities that
 * it hosts.
 */
export function gatewayCores(demand: Demand, coefficients: Coefficients): number {
  const amounts = amountsOfDemand(demand)
  const receivingUs = needOf(coefficients, 'gateway.cpuUs', amounts)
  const writingUs = needOf(coefficients, 'writer.cpuUs', amounts)
  return (receivingUs + writingUs) / demand.gateways / 1e6
}

/**
 * A demand with as many gateways as it takes, and no fewer than it says. More gateways mean more
 * messages, but fewer for each.
 */
export function settleGateways(
  demand: Demand,
  { utilisation }: Assumptions,
  coefficients: Coefficients,
): Demand {
  const isEnough = (gateways: number): boolean =>
    gatewayCores({ ...demand, gateways }, coefficients) <= utilisation
  if (isEnough(demand.gateways)) return demand
  let below = demand.gateways
  let enough = below * 2
  while (!isEnough(enough) && enough < MAX_GATEWAYS) [below, enough] = [enough, enough * 2]
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2)
    if (isEnough(middle)) enough = middle
    else below = middle
  }
  return { ...demand, gateways: enough }
}
