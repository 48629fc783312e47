/// Finds trials that are all but the same, so that twelve neighbouring look-backs do not count as twelve opinions.
///
/// Each column joins the first leader whose correlation with it reaches the threshold, or becomes a leader. Columns
/// that do not vary are all one cluster. Source of the rule: Bailey, Borwein, Lopez de Prado and Zhu, "The Probability
/// of Backtest Overfitting", Journal of Computational Finance 20(4), 2017, on trials that are not distinct.
public enum NearDuplicates {
    /// The correlation from which two trials count as one.
    public static let threshold = 0.95

    /// The positions of the leaders, ascending; the first column always leads.
    public static func leaders(_ columns: [[Double]], threshold: Double = threshold) -> [Int] {
        var leaders: [(position: Int, standardised: [Double])] = []
        var hasFlat = false
        for (position, column) in columns.enumerated() {
            guard let standardised = standardised(column) else {
                if !hasFlat { leaders.append((position, [])) }
                hasFlat = true
                continue
            }
            let isKnown = leaders.contains { leader in
                leader.standardised.count == standardised.count
                    && product(leader.standardised, standardised) >= threshold
            }
            if !isKnown { leaders.append((position, standardised)) }
        }
        return leaders.map(\.position)
    }

    private static func standardised(_ column: [Double]) -> [Double]? {
        guard !column.isEmpty else { return nil }
        let mean = column.reduce(0, +) / Double(column.count)
        let length = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
        guard length > 0, length.isFinite else { return nil }
        return column.map { ($0 - mean) / length }
    }

    /// Four sums side by side, so that additions need not wait for each other.
    private static func product(_ left: [Double], _ right: [Double]) -> Double {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
                let whole = left.count / 4 * 4
                for row in stride(from: 0, to: whole, by: 4) {
                    a += left[row] * right[row]
                    b += left[row + 1] * right[row + 1]
                    c += left[row + 2] * right[row + 2]
                    d += left[row + 3] * right[row + 3]
                }
                var rest = (a + b) + (c + d)
                for row in whole..<left.count { rest += left[row] * right[row] }
                return rest
            }
        }
    }
}
