/// Every genome a search has evaluated, in order of evaluation, with its fitness.
///
/// Invariants: no genome appears twice; no fitness is NaN or positive infinity; the worst fitness is negative infinity.
struct Archive: Hashable, Codable, Sendable {
    private(set) var genomes: [Genome] = []
    private(set) var fitness: [Double] = []
    private var places: [Genome: Int] = [:]

    private enum CodingKeys: String, CodingKey {
        case genomes
        case fitness
    }

    init() {}

    /// One text of numbers separated by spaces for the fitness: JSON has no infinity, and a list is slow to write.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let genomes = try container.decode([Genome].self, forKey: .genomes)
        let fitness = try container.decode(String.self, forKey: .fitness).split(separator: " ").map {
            Double($0) ?? .nan
        }
        for (genome, value) in zip(genomes, fitness) { add(genome, fitness: value) }
        guard genomes.count == fitness.count, self.genomes.count == genomes.count,
            !fitness.contains(where: \.isNaN)
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .genomes, in: container, debugDescription: "the archive repeats or misses genomes")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(genomes, forKey: .genomes)
        try container.encode(fitness.map { "\($0)" }.joined(separator: " "), forKey: .fitness)
    }

    var count: Int { genomes.count }

    func place(of genome: Genome) -> Int? { places[genome] }

    /// Records a genome unless it is known already; anything but a finite fitness counts as the worst.
    mutating func add(_ genome: Genome, fitness value: Double) {
        guard places[genome] == nil else { return }
        places[genome] = count
        genomes.append(genome)
        fitness.append(value.isFinite ? value : -.infinity)
    }

    /// Whether the genome at `left` is better than the one at `right`; of equals the older one is better.
    func isBetter(_ left: Int, than right: Int) -> Bool {
        fitness[left] == fitness[right] ? left < right : fitness[left] > fitness[right]
    }
}
