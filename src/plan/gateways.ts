import { needOf, type Coefficients } from './cost-model.ts'
import { amountsOfDemand } from './demand-amounts.ts'
import type { Assumptions, Demand } from './demand.ts'

/** The search ends here: a plan with more gateways is unrealistic. */
const MAX_GATEWAYS = 2 ** 30

/**
 * Cores per gateway: to receive and answer messages, and to register and renew the identities that
 * it hosts.
 */
export function gatewayCores(demand: Demand, coefficients: Coefficients): number {
  const amounts = amountsOfDemand(demand)
  const receivingUs = needOf(coefficients, 'gateway.cpuUs', amounts)
  const writingUs = needOf(coefficients, 'writer.cpuUs', amounts)
  return (receivingUs + writingUs) / demand.gateways / 1e6
}

/**
 * A demand with as many gateways as necessary, at least as many as requested. More gateways mean more
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
