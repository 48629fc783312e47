package import Core
import Optimizer
import RealModule

/// Bars with the same moves in an order that only keeps their linear correlations: surrogates by amplitude-adjusted
/// Fourier transform.
///
/// The close-to-close moves are ranked onto normal scores, the phases of their spectrum are drawn anew, and the bars
/// are reordered by the ranks of what comes back. Each bar keeps its own shape (open, high, low and close against the
/// close before it) and volume. A strategy that lives off anything but linear correlation has nothing to find in them.
///
/// Source: Theiler, Eubank, Longtin, Galdrikian and Farmer, "Testing for nonlinearity in time series: the method of
/// surrogate data", Physica D 58, 1992.
package struct PhaseShuffle {
    private let bars: BarSeries
    /// Rows 1 ..< count, ascending by their move.
    private let byMove: [Int]
    private let spectrum: FourierTransform.Spectrum

    /// Prepares shuffles of `bars`; nil when there are fewer than four.
    package init?(_ bars: BarSeries) {
        guard bars.count > 3 else { return nil }
        self.bars = bars
        let moves = (1..<bars.count).map { bars.close[$0] / bars.close[$0 - 1] }
        byMove = moves.indices.sorted { (moves[$0], $0) < (moves[$1], $1) }
        var scores = Array(repeating: 0.0, count: moves.count)
        for (rank, place) in byMove.enumerated() {
            scores[place] = NormalDistribution.quantile((Double(rank) + 0.5) / Double(moves.count))
        }
        spectrum = FourierTransform.forward(FourierTransform.Spectrum(real: scores))
    }

    /// One shuffle; times and the first bar stay.
    package func surrogate(_ random: inout SeededRandom) -> BarSeries? {
        var turned = spectrum
        let count = turned.count
        for index in 1..<((count + 1) / 2) {
            let angle = 2 * Double.pi * random.unit()
            turned.multiply(index, by: (Double.cos(angle), Double.sin(angle)))
            (turned.real[count - index], turned.imaginary[count - index]) = (
                turned.real[index], -turned.imaginary[index]
            )
        }
        let values = FourierTransform.inverse(turned).real
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        // The place with the n-th smallest value gets the bar with the n-th smallest move.
        var sources = Array(repeating: 0, count: count)
        for (rank, place) in order.enumerated() { sources[place] = byMove[rank] }
        return rebuilt(sources)
    }

    private func rebuilt(_ sources: [Int]) -> BarSeries? {
        var result = [bars[0]]
        result.reserveCapacity(bars.count)
        var close = bars.close[0]
        for (place, source) in sources.enumerated() {
            let (bar, scale) = (bars[source + 1], close / bars.close[source])
            let (open, next) = (bar.open * scale, bar.close * scale)
            result.append(
                Bar(
                    openTime: bars[place + 1].openTime, open: open,
                    high: Swift.max(bar.high * scale, open, next), low: Swift.min(bar.low * scale, open, next),
                    close: next, volume: bar.volume))
            close = next
        }
        return try? BarSeries(symbol: bars.symbol, interval: bars.interval, bars: result)
    }
}
