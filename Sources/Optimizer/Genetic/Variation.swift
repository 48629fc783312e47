import Core
import RealModule

/// Crossover and mutation of genomes within a space.
///
/// Reals: simulated binary crossover (Deb and Agrawal, "Simulated Binary Crossover for Continuous Search Space",
/// Complex Systems 9, 1995) and polynomial mutation (Deb and Goyal, "A Combined Genetic Adaptive Search (GeneAS) for
/// Engineering Design", Computer Science and Informatics 26(4), 1996), both in the form whose distributions end at the
/// bounds. Integers and categories: uniform crossover, and a new uniform value.
struct Variation {
    let space: GeneSpace
    let options: GeneticOptions

    /// Two children of two parents; every value is legal.
    func crossed(_ mother: Genome, _ father: Genome, _ random: inout SeededRandom) -> (Genome, Genome) {
        guard random.chance(options.crossoverRate) else { return (mother, father) }
        var (first, second) = (mother.values, father.values)
        for (index, gene) in space.genes.enumerated() where random.chance(0.5) {
            if case .real = gene.domain {
                let children = blended(first[index], second[index], gene.domain, &random)
                (first[index], second[index]) = random.chance(0.5) ? children : (children.1, children.0)
            } else {
                (first[index], second[index]) = (second[index], first[index])
            }
        }
        return (Genome(first), Genome(second))
    }

    /// The genome with each gene changed at probability `rate`; every value is legal.
    func mutated(_ genome: Genome, rate: Double, _ random: inout SeededRandom) -> Genome {
        var values = genome.values
        for (index, gene) in space.genes.enumerated() where random.chance(rate) {
            values[index] =
                if case .real = gene.domain {
                    nudged(values[index], gene.domain, &random)
                } else {
                    otherValue(than: values[index], gene.domain, &random)
                }
        }
        return Genome(values)
    }

    /// A uniform value that differs from `value` where the domain has another one.
    private func otherValue(than value: Double, _ domain: GeneDomain, _ random: inout SeededRandom) -> Double {
        guard let count = domain.cardinality, count > 1 else { return value }
        let drawn = domain.gridValue(random.below(count - 1))
        return drawn >= value ? drawn + domain.gridStep : drawn
    }

    private func blended(
        _ left: Double, _ right: Double, _ domain: GeneDomain, _ random: inout SeededRandom
    ) -> (Double, Double) {
        let (low, high) = (Swift.min(left, right), Swift.max(left, right))
        let distance = high - low
        let share = random.unit()
        guard distance > 1e-14 * Swift.max(1, high.magnitude) else { return (left, right) }
        let bounds = domain.bounds
        let below = spread(share, room: (low - bounds.lowerBound) / distance)
        let above = spread(share, room: (bounds.upperBound - high) / distance)
        let middle = low + high
        return (
            domain.snapped(0.5 * (middle - below * distance)), domain.snapped(0.5 * (middle + above * distance))
        )
    }

    /// The spread factor of simulated binary crossover whose child cannot pass a bound `room` parent distances away.
    private func spread(_ share: Double, room: Double) -> Double {
        let power = options.crossoverIndex + 1
        let alpha = 2 - Double.pow(1 + 2 * Swift.max(room, 0), -power)
        let scaled = share * alpha
        return scaled <= 1 ? Double.pow(scaled, 1 / power) : Double.pow(1 / (2 - scaled), 1 / power)
    }

    private func nudged(_ value: Double, _ domain: GeneDomain, _ random: inout SeededRandom) -> Double {
        let bounds = domain.bounds
        let width = bounds.upperBound - bounds.lowerBound
        let share = random.unit()
        guard width > 0 else { return value }
        let power = options.mutationIndex + 1
        let step: Double
        if share < 0.5 {
            let gap = 1 - (value - bounds.lowerBound) / width
            step = Double.pow(2 * share + (1 - 2 * share) * Double.pow(gap, power), 1 / power) - 1
        } else {
            let gap = 1 - (bounds.upperBound - value) / width
            step = 1 - Double.pow(2 * (1 - share) + (2 * share - 1) * Double.pow(gap, power), 1 / power)
        }
        let moved = domain.snapped(value + step * width)
        // On a coarse grid most small steps would snap back to where they came from; they become one grid step.
        guard moved == value, domain.cardinality != nil else { return moved }
        return domain.snapped(value + (step < 0 ? -domain.gridStep : domain.gridStep))
    }
}
