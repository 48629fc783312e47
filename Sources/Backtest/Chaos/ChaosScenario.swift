public import Simulator

/// What a chaos run consists of, besides its seed. Data: read from `scenarios/NAME.json`; see docs/chaos.md.
public struct ChaosScenario: Hashable, Codable, Sendable {
    /// One venue with what goes wrong there.
    public struct Venue: Hashable, Codable, Sendable {
        /// Its name.
        public var name: String
        /// Whether a client id names one order only.
        public var idempotent = true
        /// Whether a reduce-only order may only reduce; where not, it is executed like any other.
        public var reduceOnly = true
        /// Whether it holds stop and take-profit orders itself.
        public var nativeProtections = true
        /// Whether a stop has to be gone before a close; where not, its broker makes way by itself. Nil says: it has,
        /// where nothing is reduce-only.
        public var stopsBlock: Bool?
        /// Whether it changes a protective order in place.
        public var amendsProtections = false
        /// What goes wrong.
        public var faults = FaultPlan()

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, idempotent, reduceOnly, nativeProtections, stopsBlock, amendsProtections, faults
        }

        /// A venue without faults.
        public init(name: String) {
            self.name = name
        }

        /// Reads a venue.
        ///
        /// - Throws: `ScenarioError` for a key that does not exist.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.knownKeys(CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            idempotent = try container.decodeIfPresent(Bool.self, forKey: .idempotent) ?? true
            reduceOnly = try container.decodeIfPresent(Bool.self, forKey: .reduceOnly) ?? true
            nativeProtections = try container.decodeIfPresent(Bool.self, forKey: .nativeProtections) ?? true
            stopsBlock = try container.decodeIfPresent(Bool.self, forKey: .stopsBlock)
            amendsProtections = try container.decodeIfPresent(Bool.self, forKey: .amendsProtections) ?? false
            faults = try container.decodeIfPresent(FaultPlan.self, forKey: .faults) ?? FaultPlan()
        }
    }

    /// What happens to the runner itself.
    public struct Runner: Hashable, Codable, Sendable {
        /// Crashes on an average day, at any point between deciding, writing down, sending and hearing.
        public var crashesPerDay = 0.0
        /// How often the kill switch is pulled on an average day, and released again.
        public var killsPerDay = 0.0
        /// Steps of the clock of up to 5 s to either side on an average day.
        public var clockStepsPerDay = 0.0
        /// How fast the clock drifts, in parts per million.
        public var clockDriftPpm = 0

        enum CodingKeys: String, CodingKey, CaseIterable {
            case crashesPerDay, killsPerDay, clockStepsPerDay, clockDriftPpm
        }

        /// A runner that nothing happens to.
        public init() {}

        /// Reads what happens to the runner.
        ///
        /// - Throws: `ScenarioError` for a key that does not exist.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.knownKeys(CodingKeys.self)
            crashesPerDay = try container.decodeIfPresent(Double.self, forKey: .crashesPerDay) ?? 0
            killsPerDay = try container.decodeIfPresent(Double.self, forKey: .killsPerDay) ?? 0
            clockStepsPerDay = try container.decodeIfPresent(Double.self, forKey: .clockStepsPerDay) ?? 0
            clockDriftPpm = try container.decodeIfPresent(Int.self, forKey: .clockDriftPpm) ?? 0
        }
    }

    /// One sentence.
    public var description: String
    /// How long the trouble lasts, in simulated hours; 20 calm minutes follow.
    public var hours = 24.0
    /// Instruments on each venue.
    public var symbolsPerVenue = 2
    /// Signal changes for each instrument and hour.
    public var signalsPerHour = 3.0
    /// The venues.
    public var venues: [Venue]
    /// What happens to the runner.
    public var runner = Runner()
    /// Drawn crashes, kills and clock steps that are left out, such as `kill 2`: how a failing run is made smaller.
    public var omit: [String] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case description, hours, symbolsPerVenue, signalsPerHour, venues, runner, omit
    }

    /// A scenario in which nothing goes wrong.
    public init(description: String, venues: [Venue]) {
        (self.description, self.venues) = (description, venues)
    }

    /// Reads a scenario.
    ///
    /// - Throws: `ScenarioError` naming the key that does not exist or whose value makes no sense.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.knownKeys(CodingKeys.self)
        description = try container.decode(String.self, forKey: .description)
        hours = try container.decodeIfPresent(Double.self, forKey: .hours) ?? 24
        symbolsPerVenue = try container.decodeIfPresent(Int.self, forKey: .symbolsPerVenue) ?? 2
        signalsPerHour = try container.decodeIfPresent(Double.self, forKey: .signalsPerHour) ?? 3
        venues = try container.decode([Venue].self, forKey: .venues)
        runner = try container.decodeIfPresent(Runner.self, forKey: .runner) ?? Runner()
        omit = try container.decodeIfPresent([String].self, forKey: .omit) ?? []
        if let problem { throw ScenarioError.badValue(path: problem.key.stringValue, problem: problem.text) }
    }

    private var problem: (key: CodingKeys, text: String)? {
        if !(0.1...240).contains(hours) { return (.hours, "is 0.1...240") }
        if !(1...10).contains(symbolsPerVenue) { return (.symbolsPerVenue, "is 1...10") }
        if !(0...60).contains(signalsPerHour) { return (.signalsPerHour, "is 0...60") }
        let names = Set(venues.map(\.name))
        if venues.isEmpty || names.count != venues.count || names.contains("") {
            return (.venues, "are one or more, each with a name of its own")
        }
        let rates = [runner.crashesPerDay, runner.killsPerDay, runner.clockStepsPerDay]
        if !rates.allSatisfy({ (0...1_000).contains($0) }) { return (.runner, "happens 0...1000 times a day") }
        if !(-100_000...100_000).contains(runner.clockDriftPpm) { return (.runner, "drifts at most 100000 ppm") }
        return nil
    }
}
