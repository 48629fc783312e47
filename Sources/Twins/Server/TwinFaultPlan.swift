package import Simulator

/// What goes wrong at a twin. A plan is JSON: the menu of docs/chaos.md under `faults`, and targeted `rules`.
///
///     {"faults": {"dropResponse": {"chance": 0.05}},
///      "rules": [{"do": "gateway", "path": "/api/v2/mix/order/place-order", "count": 1, "accept": true}]}
package struct TwinFaultPlan: Codable, Hashable, Sendable {
    /// A sentence for people.
    package var description: String?
    /// The menu of the chaos runs.
    package var faults: FaultPlan
    /// Targeted faults.
    package var rules: [FaultRule]
    /// Seconds after which nothing goes wrong any more; a day without it.
    package var calmAfter: Double?

    /// A plan from its parts; without any, nothing goes wrong.
    package init(faults: FaultPlan = FaultPlan(), rules: [FaultRule] = [], calmAfter: Double? = nil) {
        (self.faults, self.rules, self.calmAfter) = (faults, rules, calmAfter)
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case description, faults, rules, calmAfter
    }

    /// Reads a plan.
    ///
    /// - Throws: ``ScenarioError`` for a key that does not exist or a value that makes no sense.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.knownKeys(CodingKeys.self)
        description = try values.decodeIfPresent(String.self, forKey: .description)
        faults = try values.decodeIfPresent(FaultPlan.self, forKey: .faults) ?? FaultPlan()
        rules = try values.decodeIfPresent([FaultRule].self, forKey: .rules) ?? []
        calmAfter = try values.decodeIfPresent(Double.self, forKey: .calmAfter)
        if let calmAfter, !(0...864_000).contains(calmAfter) {
            throw ScenarioError.badValue(path: "calmAfter", problem: "is 0...864000 seconds")
        }
    }
}
