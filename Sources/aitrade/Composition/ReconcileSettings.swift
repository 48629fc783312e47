import Engine

/// `RECONCILE_*`: how the books are kept equal to the venues.
struct ReconcileSettings {
    /// The rules against a live venue.
    let rules: ReconcileRules
    /// The rules for stored bars: read once a day of their time unless the configuration says otherwise.
    let replay: ReconcileRules

    /// - Throws: ``CommandFailure`` (78) naming the key that is malformed.
    init(_ reader: SettingReader) throws {
        let interval = try reader.seconds(.reconcileSeconds)
        var rules = ReconcileRules()
        rules.interval = interval ?? rules.interval
        rules.confirmation = try reader.seconds(.reconcileConfirmSeconds) ?? rules.confirmation
        rules.adoptedStopPercent = try reader.amount(.reconcileAdoptedStopPct) { $0 } ?? rules.adoptedStopPercent
        rules.foreignOrders =
            try reader.choice(.reconcileForeignOrders, of: ReconcileRules.ForeignOrders.self)
            ?? rules.foreignOrders
        rules.balanceTolerancePercent =
            try reader.amount(.reconcileBalanceTolerancePct) { $0 } ?? rules.balanceTolerancePercent
        self.rules = rules
        rules.interval = interval ?? ReconcileRules.replay.interval
        replay = rules
    }
}
