public import Core

/// What a desk knows, field by field.
///
/// It is all on one ``Page`` behind one pointer: a desk is large, and the compiler copies large values whenever a
/// function that changes nothing is called on them. Through the page a field is read and changed in place, a desk is
/// passed on at the price of a pointer, and two desks still never share what one of them changes. To change a field
/// forgets the ``DeskMemo``; what a price alone changes does not.
extension Desk {
    package internal(set) var rules: DeskRules {
        _read { yield page.span[0].rules }
        _modify {
            memo.forget()
            yield &page[0].rules
        }
    }
    /// What is held.
    public internal(set) var position: Position {
        _read { yield page.span[0].position }
        _modify {
            memo.forget()
            yield &page[0].position
        }
    }
    /// Stop and take-profit of what is held.
    public internal(set) var protection: Protection {
        _read { yield page.span[0].protection }
        _modify {
            memo.forget()
            yield &page[0].protection
        }
    }
    /// The last price and when it was seen.
    public internal(set) var lastPrice: Price? {
        _read { yield page.span[0].lastPrice }
        _modify { yield &page[0].lastPrice }
    }
    /// When ``lastPrice`` was seen.
    public internal(set) var lastPriceAt: Timestamp? {
        _read { yield page.span[0].lastPriceAt }
        _modify { yield &page[0].lastPriceAt }
    }
    /// The close of the last complete bar.
    public internal(set) var referencePrice: Price? {
        _read { yield page.span[0].referencePrice }
        _modify { yield &page[0].referencePrice }
    }
    /// The time of the last signal row that was looked at.
    public internal(set) var lastSignalTime: Timestamp? {
        _read { yield page.span[0].lastSignalTime }
        _modify { yield &page[0].lastSignalTime }
    }
    /// Why the last entry was refused, if it was.
    public internal(set) var lastRefusal: RiskRefusal? {
        _read { yield page.span[0].lastRefusal }
        _modify { yield &page[0].lastRefusal }
    }
    /// Whether closing was refused too often and a person has to act.
    public internal(set) var isHeld: Bool {
        _read { yield page.span[0].isHeld }
        _modify {
            memo.forget()
            yield &page[0].isHeld
        }
    }
    /// What the gate knows of this instrument besides.
    public internal(set) var risk: DeskRisk {
        _read { yield page.span[0].risk }
        _modify {
            memo.forget()
            yield &page[0].risk
        }
    }
    /// Why entries are held although the engine trades.
    public internal(set) var hold: EntryHold? {
        _read { yield page.span[0].hold }
        _modify {
            memo.forget()
            yield &page[0].hold
        }
    }
    var external: ExternalBook {
        _read { yield page.span[0].external }
        _modify {
            memo.forget()
            yield &page[0].external
        }
    }
    package internal(set) var goal: Goal? {
        _read { yield page.span[0].goal }
        _modify {
            memo.forget()
            yield &page[0].goal
        }
    }
    package internal(set) var orders: OrderTracker {
        _read { yield page.span[0].orders }
        _modify {
            memo.forget()
            yield &page[0].orders
        }
    }
    /// Why nothing is entered any more although the engine trades: the venue refused too often for one reason.
    public internal(set) var entriesHeld: String? {
        _read { yield page.span[0].entriesHeld }
        _modify {
            memo.forget()
            yield &page[0].entriesHeld
        }
    }
    /// Whether the venue refused protective orders too often for one reason, so that we watch every level ourselves.
    public internal(set) var isNativeHeld: Bool {
        _read { yield page.span[0].isNativeHeld }
        _modify {
            memo.forget()
            yield &page[0].isNativeHeld
        }
    }
    /// Counts the orders since the goal was set, to name them.
    var legs: Int {
        _read { yield page.span[0].legs }
        _modify {
            memo.forget()
            yield &page[0].legs
        }
    }
    /// Counts the closing orders of the kill sequence, to name them.
    var flattenWave: Int {
        _read { yield page.span[0].flattenWave }
        _modify {
            memo.forget()
            yield &page[0].flattenWave
        }
    }
    /// What was told to stay open because its market is closed.
    var residualTold: Quantity? {
        _read { yield page.span[0].residualTold }
        _modify {
            memo.forget()
            yield &page[0].residualTold
        }
    }
    /// When a close was last held back or tried while the market was said to be closed.
    var closedTriedAt: Timestamp? {
        _read { yield page.span[0].closedTriedAt }
        _modify {
            memo.forget()
            yield &page[0].closedTriedAt
        }
    }
    /// When a close that waits for its market is tried again; nil while none waits.
    var closeAgainAt: Timestamp? {
        _read { yield page.span[0].closeAgainAt }
        _modify {
            memo.forget()
            yield &page[0].closeAgainAt
        }
    }
    /// Since when closing is held.
    var heldAt: Timestamp? {
        _read { yield page.span[0].heldAt }
        _modify {
            memo.forget()
            yield &page[0].heldAt
        }
    }
    /// Refusals since the last success, of closing orders, entries and protective orders.
    var closingRefusals: RefusalCount {
        _read { yield page.span[0].closingRefusals }
        _modify {
            memo.forget()
            yield &page[0].closingRefusals
        }
    }
    var entryRefusals: RefusalCount {
        _read { yield page.span[0].entryRefusals }
        _modify {
            memo.forget()
            yield &page[0].entryRefusals
        }
    }
    var protectionRefusals: RefusalCount {
        _read { yield page.span[0].protectionRefusals }
        _modify {
            memo.forget()
            yield &page[0].protectionRefusals
        }
    }
    /// Which step of the take-profits an order belongs to.
    var rungs: [ClientOrderID: Int] {
        _read { yield page.span[0].rungs }
        _modify {
            memo.forget()
            yield &page[0].rungs
        }
    }

    /// The fields as they are stored and written down.
    struct Page: Hashable, Codable, Sendable {
        var rules: DeskRules
        var position: Position
        var protection: Protection = Protection()
        var lastPrice: Price?
        var lastPriceAt: Timestamp?
        var tickAt: Timestamp?
        var referencePrice: Price?
        var lastSignalTime: Timestamp?
        var lastRefusal: RiskRefusal?
        var isHeld: Bool = false
        var risk: DeskRisk = DeskRisk()
        var hold: EntryHold?
        var external: ExternalBook = ExternalBook()
        var goal: Goal?
        var orders: OrderTracker = OrderTracker()
        var entriesHeld: String?
        var isNativeHeld: Bool = false
        var legs: Int = 0
        var flattenWave: Int = 0
        var residualTold: Quantity?
        var closedTriedAt: Timestamp?
        var closeAgainAt: Timestamp?
        var heldAt: Timestamp?
        var closingRefusals: RefusalCount = RefusalCount()
        var entryRefusals: RefusalCount = RefusalCount()
        var protectionRefusals: RefusalCount = RefusalCount()
        var rungs: [ClientOrderID: Int] = [:]

        init(_ rules: DeskRules) {
            self.rules = rules
            position = Position(symbol: rules.symbol)
        }

        /// The market moved. Single prices are dated by the venue's clock, as bars are: ours may be far from it.
        @inline(__always) mutating func saw(_ price: Price, isClose: Bool, dated: Timestamp?, at now: Timestamp) {
            (lastPrice, lastPriceAt) = (price, now)
            if isClose { referencePrice = price } else { tickAt = dated }
            risk.saw(price, isClose: isClose)
        }
    }

    /// Reads a desk.
    public init(from decoder: any Decoder) throws {
        page = [try Page(from: decoder)]
    }

    /// Writes the fields, as if there were no page.
    public func encode(to encoder: any Encoder) throws {
        try page[0].encode(to: encoder)
    }
}
