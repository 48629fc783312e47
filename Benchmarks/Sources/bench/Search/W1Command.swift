import ArgumentParser
import Core
import Signals

/// Indicators over a whole series, one call each.
struct W1Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w1", abstract: "Computes the nine indicators of W1 over a series.")

    @OptionGroup var options: SearchOptions

    func run() throws {
        let bars = try options.series()
        var columns: [(String, [Double])] = []
        func single(_ name: String, _ body: () -> [Double]) {
            let (times, values) = options.measure(body)
            columns.append((name, values))
            options.line("W1", name, bars: bars.count, evaluations: 1, times).print()
        }
        single("ema21") { IndicatorColumns.ema(bars.close, period: 21) }
        single("rsi14") { IndicatorColumns.rsi(bars.close, period: 14) }
        single("atr14") { IndicatorColumns.atr(bars, period: 14) }
        let (macdTimes, macd) = options.measure { IndicatorColumns.macd(bars.close) }
        options.line("W1", "macd", bars: bars.count, evaluations: 1, macdTimes).print()
        columns += [
            ("macd", macd.map(\.line)), ("macd_signal", macd.map(\.signal)), ("macd_hist", macd.map(\.histogram)),
        ]
        let (bandTimes, bands) = options.measure { IndicatorColumns.bollinger(bars.close) }
        options.line("W1", "bbands20", bars: bars.count, evaluations: 1, bandTimes).print()
        columns += [
            ("bb_upper", bands.map(\.upper)), ("bb_middle", bands.map(\.middle)), ("bb_lower", bands.map(\.lower)),
        ]
        let (stochasticTimes, stochastic) = options.measure { IndicatorColumns.stochastic(bars) }
        options.line("W1", "stoch", bars: bars.count, evaluations: 1, stochasticTimes).print()
        columns += [("stoch_k", stochastic.map(\.fast)), ("stoch_d", stochastic.map(\.slow))]
        single("adx14") { IndicatorColumns.adx(bars, period: 14) }
        single("zvol50") { IndicatorColumns.zScore(bars.volume, period: 50) }
        single("vwap30") { IndicatorColumns.vwap(bars, period: 30) }
        guard options.dump != nil else { return }
        var text = columns.map(\.0).joined(separator: ",") + "\n"
        for row in 0..<bars.count { text += columns.map { "\($0.1[row])" }.joined(separator: ",") + "\n" }
        try options.write(text, to: "w1-aitrade.csv")
    }
}
