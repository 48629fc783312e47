/// The workload once more as one plain loop over whole cents, sharing nothing with the engine: what is measured must
/// give the same trades.
func w4Reference(_ bars: [BenchmarkBars.Row], _ rules: W4Case, _ convention: W4Convention) -> [W4Trade] {
    let (down, up) = rules.bracket
    let crossings = w4Crossings(bars.map { Double($0.close) / 100 })
    var trades: [W4Trade] = []
    var entry: (bar: Int, price: Int64, stop: Int64, takeProfit: Int64)?
    for (index, bar) in bars.enumerated() {
        if let held = entry {
            let stopped = bar.low <= held.stop ? held.stop : nil
            let taken = bar.high >= held.takeProfit ? held.takeProfit : nil
            var exit: Int64?
            if bar.open <= held.stop {
                exit = convention == .levels ? held.stop : bar.open
            } else if bar.open >= held.takeProfit {
                exit = convention == .stopFirst ? bar.open : held.takeProfit
            } else {
                exit = convention == .stopFirst ? stopped ?? taken : taken ?? stopped
            }
            if let exit {
                trades.append(
                    W4Trade(entryBar: held.bar, exitBar: index, entryPrice: held.price, exitPrice: exit))
                entry = nil
            }
        }
        if entry == nil, crossings[index] {
            entry = (index, bar.close, (bar.close * down + 5000) / 10_000, (bar.close * up + 5000) / 10_000)
        }
    }
    return trades
}
