package import Core

/// A limit of the account's tariff.
package struct TinkoffTariffLimit: Hashable, Sendable {
    /// Requests a minute, over all its methods; zero when none are counted.
    package var perMinute: Int64
    /// Requests a second, over all its methods; zero when none are counted.
    package var perSecond: Int64
    /// The methods, by their full names.
    package var methods: [String]

    /// A limit from its parts.
    package init(perMinute: Int64, perSecond: Int64, methods: [String]) {
        (self.perMinute, self.perSecond, self.methods) = (perMinute, perSecond, methods)
    }
}

/// An account of the token's owner.
package struct TinkoffAccount: Hashable, Sendable {
    /// Its name in every call.
    package var id: String
    /// What its owner calls it.
    package var title: String
    /// Whether it is open.
    package var isOpen: Bool
    /// Whether the token may trade it.
    package var mayTrade: Bool
    /// Whether the token may look at it.
    package var mayRead: Bool
}

/// A share with its rules, as read today.
package struct TinkoffShare: Hashable, Sendable {
    /// The ticker.
    package var symbol: Symbol
    /// Board.
    package var classCode: String
    /// The name used in calls.
    package var uid: String
    /// The older name.
    package var figi: String
    /// Shares of a lot.
    package var lot: TinkoffLotSize
    /// Prices are multiples of this.
    package var step: Price
    /// Currency of its prices.
    package var currency: Currency
    /// The name of its trading calendar.
    package var exchange: String
    /// Whether orders are taken through the API at all.
    package var isTradable: Bool
    /// Whether it can be bought.
    package var mayBuy: Bool
    /// Whether it can be sold.
    package var maySell: Bool
    /// Whether it can be sold short.
    package var mayShort: Bool
    /// Whether it is for qualified investors only.
    package var isForQualified: Bool

    /// The rules in the house's words: quantities are shares, in steps of a lot.
    package var instrument: Instrument {
        let lot = TinkoffPieces(lot.pieces).quantity
        return Instrument(
            symbol: symbol, tick: step, lotStep: lot, minimumQuantity: lot, minimumNotional: .zero, quote: currency)
    }
}

/// What may be ordered at this moment.
package struct TinkoffStatus: Hashable, Sendable {
    /// The instrument's uid.
    package var uid: String
    /// The venue's word, without its prefix.
    package var word: String
    /// Whether limit orders are taken.
    package var takesLimit: Bool
    /// Whether market orders are taken.
    package var takesMarket: Bool
    /// Whether orders at the best price are taken.
    package var takesBest: Bool
    /// Whether nothing else is.
    package var takesOnlyBest: Bool
    /// Whether orders are taken through the API.
    package var isOpenToAPI: Bool

    /// A status from its parts.
    package init(
        uid: String, word: String, takesLimit: Bool, takesMarket: Bool, takesBest: Bool, takesOnlyBest: Bool,
        isOpenToAPI: Bool
    ) {
        (self.uid, self.word, self.isOpenToAPI) = (uid, word, isOpenToAPI)
        (self.takesLimit, self.takesMarket) = (takesLimit, takesMarket)
        (self.takesBest, self.takesOnlyBest) = (takesBest, takesOnlyBest)
    }

    /// Whether the broker itself makes the market, as on weekends.
    package var isDealer: Bool { word.hasPrefix("DEALER_") }
    /// Whether orders gather for a common price: nothing can be left at once then, whatever the flags say.
    package var isAuction: Bool {
        word.contains("AUCTION") || ["OPENING_PERIOD", "CLOSING_PERIOD", "SESSION_ASSIGNED"].contains(word)
    }
    /// Whether a position can be left now.
    package var takesExits: Bool { isOpenToAPI && !isAuction && (takesMarket || takesBest || takesOnlyBest) }
}

/// An order, in our words.
package struct TinkoffOrder: Hashable, Sendable {
    /// The venue's name.
    package var orderID: String
    /// The name it was asked for under; the API invents one for orders of others.
    package var requestID: String?
    /// The instrument's uid.
    package var uid: String
    /// The ticker, where told.
    package var ticker: String?
    /// Buy or sell.
    package var side: Side
    /// How it executes.
    package var kind: OrderKind
    /// Ordered.
    package var lots: TinkoffLots
    /// Executed: the only figure of an order that means the same everywhere.
    package var done: TinkoffLots
    /// Where it is.
    package var state: OrderState
    /// Executions, as far as they are listed.
    package var stages: [TinkoffStage]
    /// Average price of one share, where told.
    package var average: Price?
    /// The price of one share when it was placed.
    package var initial: Price?
    /// Commission so far.
    package var fee: Money
    /// The venue's words about its end.
    package var reason: String?
    /// When it was placed.
    package var at: Timestamp

    /// An order from its parts.
    package init(
        orderID: String, requestID: String?, uid: String, ticker: String?, side: Side, kind: OrderKind,
        lots: TinkoffLots, done: TinkoffLots, state: OrderState, stages: [TinkoffStage], average: Price?,
        initial: Price?, fee: Money, reason: String?, at: Timestamp
    ) {
        (self.orderID, self.requestID, self.uid, self.ticker) = (orderID, requestID, uid, ticker)
        (self.side, self.kind, self.lots, self.done, self.state) = (side, kind, lots, done, state)
        (self.stages, self.average, self.initial, self.fee) = (stages, average, initial, fee)
        (self.reason, self.at) = (reason, at)
    }
}

/// One execution of an order.
package struct TinkoffStage: Hashable, Sendable {
    /// The exchange's name for it.
    package var tradeID: String
    /// Price of one share.
    package var price: Price
    /// How many; lots or shares, which ``TinkoffFills`` finds out.
    package var count: Int64
    /// When.
    package var at: Timestamp

    /// A stage from its parts.
    package init(tradeID: String, price: Price, count: Int64, at: Timestamp) {
        (self.tradeID, self.price, self.count, self.at) = (tradeID, price, count, at)
    }
}

/// A stop order, in our words.
package struct TinkoffStop: Hashable, Sendable {
    /// Where a stop order is.
    package enum State: Hashable, Sendable {
        /// It waits.
        case waiting
        /// It became the order of this name, where told.
        case executed(child: String?)
        /// It was cancelled.
        case cancelled
        /// It ran out.
        case expired
        /// In a word that nobody knows.
        case unclear
    }

    /// The venue's name.
    package var stopID: String
    /// The instrument's uid.
    package var uid: String
    /// The ticker, where told.
    package var ticker: String?
    /// Buy or sell.
    package var side: Side
    /// Ordered.
    package var lots: TinkoffLots
    /// Whether it takes a profit instead of limiting a loss.
    package var takesProfit: Bool
    /// The price it waits for.
    package var trigger: Price
    /// Where it is.
    package var state: State
    /// When it was placed.
    package var placedAt: Timestamp
    /// When it runs out, if ever.
    package var expiresAt: Timestamp?
    /// When it executed.
    package var firedAt: Timestamp?
}

/// A holding.
package struct TinkoffHolding: Hashable, Sendable {
    /// The instrument's uid.
    package var uid: String
    /// The ticker, where told.
    package var ticker: String?
    /// Free and blocked together; negative for a short position.
    package var pieces: TinkoffPieces
}

/// Money and holdings of an account.
package struct TinkoffBalance: Hashable, Sendable {
    /// By currency in upper case, blocked money included.
    package var money: [String: Money]
    /// Shares, bonds and funds.
    package var holdings: [TinkoffHolding]
    /// Whether the venue is still loading: the figures mean nothing then.
    package var isLoading: Bool
}

/// A last price with its time.
package struct TinkoffPrice: Hashable, Sendable {
    /// The instrument's uid.
    package var uid: String
    /// The price of one share.
    package var price: Price
    /// When it was traded.
    package var at: Timestamp?
    /// Whether the broker made it.
    package var isDealer: Bool
}
