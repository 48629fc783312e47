/// How much the genomes of a population differ, in 0...1, in time linear in genomes and genes.
///
/// The mean over all genes of: for ordered genes the mean absolute deviation from the mean over half the width of the
/// domain; for categories the Gini impurity over its largest possible value. 0 means that all genomes are equal.
enum Diversity {
    static func measure(_ genomes: [Genome], in space: GeneSpace) -> Double {
        guard genomes.count > 1 else { return 0 }
        var (sum, varying) = (0.0, 0)
        for (index, gene) in space.genes.enumerated() where gene.domain.cardinality != 1 {
            let column = genomes.map { $0.values[index] }
            varying += 1
            if case .categorical(let count) = gene.domain {
                sum += impurity(column, categories: count)
            } else {
                sum += deviation(column, width: gene.domain.bounds.upperBound - gene.domain.bounds.lowerBound)
            }
        }
        return varying == 0 ? 0 : sum / Double(varying)
    }

    private static func deviation(_ column: [Double], width: Double) -> Double {
        let mean = column.reduce(0, +) / Double(column.count)
        let distance = column.reduce(0) { $0 + ($1 - mean).magnitude } / Double(column.count)
        return width > 0 ? Swift.min(distance / (width / 2), 1) : 0
    }

    private static func impurity(_ column: [Double], categories: Int) -> Double {
        var counts: [Double: Int] = [:]
        for value in column { counts[value, default: 0] += 1 }
        // order-free: the sum of whole numbers does not depend on the order of the dictionary.
        let pairs = counts.values.reduce(0) { $0 + $1 * $1 }
        let impurity = 1 - Double(pairs) / (Double(column.count) * Double(column.count))
        return impurity / (1 - 1 / Double(Swift.min(categories, column.count)))
    }
}
