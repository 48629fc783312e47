import Core
import Engine

/// `PROTECT_*` and `ORDER_*`: how positions are protected and orders are seen through.
struct ProtectionSettings {
    var protection: ProtectionRules
    var orders: OrderRules
    var timing: EngineTiming

    /// - Throws: ``CommandFailure`` (78) naming the key that is malformed, or that contradicts another one.
    init(_ reader: SettingReader) throws {
        let (defaults, patience) = (ProtectionRules(), OrderRules())
        let percent = try reader.amount(.protectTrailingPct) { $0 }
        let distance = try reader.amount(.protectTrailingPrice, Price.init)
        if percent != nil, distance != nil {
            throw CommandFailure(
                .configuration, "PROTECT_TRAILING_PCT and PROTECT_TRAILING_PRICE are both set",
                fix: "keep the one that says how far the stop is to trail")
        }
        protection = ProtectionRules(
            hardStopPercent: try reader.amount(.protectHardStopPct) { $0 },
            trailing: percent.map { .percent($0) } ?? distance.map { .price($0) },
            breakEvenPercent: try reader.amount(.protectBreakEvenPct) { $0 },
            ladder: try Self.ladder(reader), maximumHolding: try reader.seconds(.protectMaxHoldingSeconds),
            escalateAfter: try reader.seconds(.protectEscalateSeconds) ?? defaults.escalateAfter,
            amendSpacing: try reader.seconds(.protectAmendSeconds) ?? defaults.amendSpacing,
            exposureBudget: try reader.seconds(.protectExposureSeconds) ?? defaults.exposureBudget)
        orders = OrderRules(
            entryLimitPercent: try reader.amount(.orderEntryLimitPct) { $0 },
            exitLimitPercent: try reader.amount(.orderExitLimitPct) { $0 },
            escalateAfter: try reader.seconds(.orderEscalateSeconds) ?? patience.escalateAfter,
            settleAfter: try reader.seconds(.orderSettleSeconds) ?? patience.settleAfter)
        timing = EngineTiming()
        if let budget = try reader.seconds(.protectUnprotectedSeconds) { timing.unprotectedBudget = budget }
    }

    /// `PERCENT:SHARE,...`, for example `5:50,10:30`.
    private static func ladder(_ reader: SettingReader) throws -> [LadderRung] {
        guard let text = try reader.text(.protectLadder) else { return [] }
        let whole = FixedDecimal(100)
        let rungs = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { part -> LadderRung? in
            let numbers = part.split(separator: ":", omittingEmptySubsequences: false).map { FixedDecimal(String($0)) }
            guard numbers.count == 2, let percent = numbers[0], let share = numbers[1], percent > .zero,
                share > .zero, share <= whole
            else { return nil }
            return LadderRung(percent: percent, share: share)
        }
        let count = text.split(separator: ",", omittingEmptySubsequences: false).count
        guard rungs.count == count, rungs.reduce(FixedDecimal.zero, { $0 + $1.share }) <= whole else {
            throw CommandFailure(
                .configuration, "PROTECT_LADDER is '\(text)'",
                fix: "give gains and shares in percent, shares at most 100 in sum, for example 5:50,10:30; or remove it"
            )
        }
        return rungs
    }
}
