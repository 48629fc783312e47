import Core

/// A trigger order: it lives in an id space of its own until it spawns an ordinary one.
struct BitgetPlan: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case normal = "normal_plan"
        case track = "track_plan"
        case profit = "profit_plan"
        case loss = "loss_plan"
        case moving = "moving_plan"
        case positionProfit = "pos_profit"
        case positionLoss = "pos_loss"

        /// Whether it protects a position.
        var isProtective: Bool { self != .normal && self != .track }
        var isOfPosition: Bool { self == .positionProfit || self == .positionLoss }
        var isProfit: Bool { self == .profit || self == .positionProfit }
        var isLoss: Bool { self == .loss || self == .positionLoss }

        /// As streams call it.
        var stream: String {
            switch self {
            case .normal: "pl"
            case .track: "track"
            case .profit: "tp"
            case .loss: "sl"
            case .moving: "mtpsl"
            case .positionProfit: "ptp"
            case .positionLoss: "psl"
            }
        }
    }

    enum Status: String, Sendable {
        case live, executing, executed
        case failed = "fail_execute"
        case cancelled

        /// As unified accounts call it.
        var unified: String {
            switch self {
            case .live: "pending"
            case .executing: "submitting"
            case .executed: "success"
            case .failed: "failed"
            case .cancelled: "cancelled"
            }
        }
    }

    let id: String
    let clientID: String
    let kind: Kind
    /// What it orders when triggered; of a position's exit the size is read then.
    var draft: OrderDraft
    var trigger: Price
    var byMark: Bool
    /// Whether it fires at or below its trigger.
    var below: Bool
    /// Percent of a trailing order.
    var callback: FixedDecimal?
    /// The best price since a trailing order became active; nil before.
    var extreme: Price?
    /// A take-profit or stop-loss of spot: it stands among the open orders, in a list of its own.
    var isSpotExit = false
    /// A fault: it is reached and does nothing.
    var isDead = false
    /// Until when looking it up finds nothing, and no list has it.
    var hiddenUntil = Timestamp.epoch
    var status = Status.live
    var orderID = ""
    let createdAt: Timestamp
    var updatedAt: Timestamp
    /// When an unplaceable child was refused, in the venue's words.
    var reason = ""

    var isLive: Bool { status == .live }
    /// Whether it takes a loss, or a profit: one of spot shows that by its side and by where its level lies.
    var isLoss: Bool { isSpotExit ? (draft.side == .sell) == below : kind.isLoss }
    var isProfit: Bool { isSpotExit ? !isLoss : kind.isProfit }
    /// Whether unified accounts list it as a take-profit or stop-loss.
    var isExit: Bool { isSpotExit || kind.isProtective }
    var key: LegKey { draft.key }

    /// What it waits for now: the trigger, or of an active trailing order the price so far behind the best one.
    var level: Price {
        guard let callback, let extreme else { return trigger }
        let distance = extreme.value.share(callback, of: FixedDecimal(100))
        return Price(draft.side == .sell ? extreme.value - distance : extreme.value + distance)
    }

    /// Whether `price` fires it.
    func fires(at price: Price) -> Bool {
        guard callback != nil else { return below ? price <= trigger : price >= trigger }
        guard extreme != nil else { return false }
        return draft.side == .sell ? price <= level : price >= level
    }

    /// Takes notice of a price that did not fire it.
    mutating func follow(_ price: Price) {
        guard callback != nil else { return }
        if let best = extreme {
            extreme = draft.side == .sell ? max(best, price) : min(best, price)
        } else if below ? price <= trigger : price >= trigger {
            extreme = price
        }
    }
}
