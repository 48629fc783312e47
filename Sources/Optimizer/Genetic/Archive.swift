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

    /// Texts instead of lists: JSON has no infinity, and a search that is stored after each generation would spend most
    /// of its time on writing lists. Values are separated by spaces, genomes by semicolons.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let genomes = try container.decode(String.self, forKey: .genomes).split(separator: ";").map { genome in
            Genome(genome.split(separator: " ").map { Double($0) ?? .nan })
        }
        let fitness = try container.decode(String.self, forKey: .fitness).split(separator: " ").map {
            Double($0) ?? .nan
        }
        for (genome, value) in zip(genomes, fitness) { add(genome, fitness: value) }
        guard genomes.count == fitness.count, self.genomes.count == genomes.count,
            !fitness.contains(where: \.isNaN), genomes.allSatisfy({ $0.values.allSatisfy(\.isFinite) })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .genomes, in: container, debugDescription: "the archive repeats or misses genomes")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var text = ""
        for genome in genomes {
            for value in genome.values {
                value.write(to: &text)
                text += " "
            }
            text += ";"
        }
        try container.encode(text, forKey: .genomes)
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
