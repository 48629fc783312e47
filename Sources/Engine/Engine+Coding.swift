import Core

extension Engine {
    /// Reads an engine; what follows from the rest was not written down.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        settings = try container.decodeIfPresent(Paged<EngineConfiguration>.self, forKey: .settings)
        desks = try container.decode([Desk].self, forKey: .desks)
        risk = try container.decode(RiskBook.self, forKey: .risk)
        kill = try container.decode(KillSequence.self, forKey: .kill)
        reconciler = try container.decode(Reconciler.self, forKey: .reconciler)
        now = try container.decode(Timestamp.self, forKey: .now)
        index = try container.decode([Symbol: Int].self, forKey: .index)
        enteredThisStep = try container.decode(Int.self, forKey: .enteredThisStep)
        review()
    }
}
