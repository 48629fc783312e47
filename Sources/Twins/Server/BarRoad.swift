import Core

/// The way of a price through a stored bar: open, the nearer extreme, the other one, close, with straight lines in
/// between and the extremes at one and two thirds.
struct BarRoad: Sendable {
    private let corners: [Double]

    init(_ bar: Bar) {
        corners =
            bar.close >= bar.open
            ? [bar.open, bar.low, bar.high, bar.close] : [bar.open, bar.high, bar.low, bar.close]
    }

    /// The price at a share (0...1) of the bar's time.
    func price(at share: Double) -> Double {
        let place = min(max(share, 0), 1) * 3
        let segment = min(Int(place), 2)
        return corners[segment] + (corners[segment + 1] - corners[segment]) * (place - Double(segment))
    }

    /// The prices that matter on the way from one share to another: the corners in between, then the end.
    func points(after start: Double, through end: Double) -> [Double] {
        var found: [Double] = []
        for (index, corner) in corners.enumerated() {
            let share = Double(index) / 3
            if share > start, share < end { found.append(corner) }
        }
        return found + [price(at: end)]
    }

    /// The first, highest, lowest and last price between two shares.
    func extremes(from start: Double, to end: Double) -> (open: Double, high: Double, low: Double, close: Double) {
        let first = price(at: start)
        let rest = points(after: start, through: end)
        return (
            first, rest.reduce(first, max), rest.reduce(first, min), rest.last ?? first
        )
    }
}
