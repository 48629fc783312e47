/// Every key of the configuration: the one list that `.env.example`, the validation and the help agree with.
enum SettingKey: String, CaseIterable {
    case executionMode = "EXECUTION_MODE"
    case universeMode = "UNIVERSE_MODE"
    case allowLive = "ALLOW_LIVE"
    case assetRouting = "ASSET_ROUTING"
    case tinkoffFigiMap = "TINKOFF_FIGI_MAP"
    case bitgetAPIKey = "BITGET_API_KEY"
    case bitgetAPISecret = "BITGET_API_SECRET"
    case bitgetAPIPassphrase = "BITGET_API_PASSPHRASE"
    case bitgetBaseURL = "BITGET_BASE_URL"
    case bitgetWSURL = "BITGET_WS_URL"
    case bitgetDemo = "BITGET_DEMO"
    case bitgetFamily = "BITGET_FAMILY"
    case bitgetMarginMode = "BITGET_MARGIN_MODE"
    case bitgetLeverage = "BITGET_LEVERAGE"
    case bitgetTriggerPrice = "BITGET_TRIGGER_PRICE"
    case bitgetStopStyle = "BITGET_STOP_STYLE"
    case bitgetLoginUnit = "BITGET_LOGIN_UNIT"
    case bitgetCAFile = "BITGET_CA_FILE"
    case tinkoffAPIToken = "TINKOFF_API_TOKEN"
    case tinkoffSandbox = "TINKOFF_SANDBOX"
    case tinkoffBaseURL = "TINKOFF_BASE_URL"
    case tinkoffWSURL = "TINKOFF_WS_URL"
    case tinkoffAccountID = "TINKOFF_ACCOUNT_ID"
    case tinkoffCAFile = "TINKOFF_CA_FILE"
    case tinkoffClassCode = "TINKOFF_CLASS_CODE"
    case tinkoffShort = "TINKOFF_SHORT"
    case tinkoffWeekends = "TINKOFF_WEEKENDS"
    case tinkoffStops = "TINKOFF_STOPS"
    case tinkoffStopMark = "TINKOFF_STOP_MARK"
    case tinkoffStageUnit = "TINKOFF_STAGE_UNIT"
    case tinkoffTradesStream = "TINKOFF_TRADES_STREAM"
    case tinkoffMaxOrderRUB = "TINKOFF_MAX_ORDER_RUB"
    case signalsTimeframes = "SIGNALS_TIMEFRAMES"
    case riskBudgetQuote = "RISK_BUDGET_QUOTE"
    case riskMaxOrderNotional = "RISK_MAX_ORDER_NOTIONAL"
    case riskMaxPositionNotional = "RISK_MAX_POSITION_NOTIONAL"
    case riskMaxQuantity = "RISK_MAX_QUANTITY"
    case riskPriceCollarPct = "RISK_PRICE_COLLAR_PCT"
    case riskStalePriceSeconds = "RISK_STALE_PRICE_SECONDS"
    case riskSignalTTLSeconds = "RISK_SIGNAL_TTL_SECONDS"
    case protectHardStopPct = "PROTECT_HARD_STOP_PCT"
    case protectTrailingPct = "PROTECT_TRAILING_PCT"
    case protectTrailingPrice = "PROTECT_TRAILING_PRICE"
    case protectBreakEvenPct = "PROTECT_BREAK_EVEN_PCT"
    case protectLadder = "PROTECT_LADDER"
    case protectMaxHoldingSeconds = "PROTECT_MAX_HOLDING_SECONDS"
    case protectEscalateSeconds = "PROTECT_ESCALATE_SECONDS"
    case protectAmendSeconds = "PROTECT_AMEND_SECONDS"
    case protectUnprotectedSeconds = "PROTECT_UNPROTECTED_SECONDS"
    case protectExposureSeconds = "PROTECT_EXPOSURE_SECONDS"
    case orderEntryLimitPct = "ORDER_ENTRY_LIMIT_PCT"
    case orderExitLimitPct = "ORDER_EXIT_LIMIT_PCT"
    case orderEscalateSeconds = "ORDER_ESCALATE_SECONDS"
    case orderSettleSeconds = "ORDER_SETTLE_SECONDS"
    case reconcileSeconds = "RECONCILE_SECONDS"
    case reconcileConfirmSeconds = "RECONCILE_CONFIRM_SECONDS"
    case reconcileAdoptedStopPct = "RECONCILE_ADOPTED_STOP_PCT"
    case reconcileForeignOrders = "RECONCILE_FOREIGN_ORDERS"
    case reconcileBalanceTolerancePct = "RECONCILE_BALANCE_TOLERANCE_PCT"
    case riskMaxLeverage = "RISK_MAX_LEVERAGE"
    case riskGroups = "RISK_GROUPS"
    case riskMaxGroupNotional = "RISK_MAX_GROUP_NOTIONAL"
    case riskMaxSpreadPct = "RISK_MAX_SPREAD_PCT"
    case riskMaxSlippagePct = "RISK_MAX_SLIPPAGE_PCT"
    case riskSlippageHoldSeconds = "RISK_SLIPPAGE_HOLD_SECONDS"
    case riskMaxClockSkewMs = "RISK_MAX_CLOCK_SKEW_MS"
    case riskCooldownSeconds = "RISK_COOLDOWN_SECONDS"
    case riskMaxRepeatedOrders = "RISK_MAX_REPEATED_ORDERS"
    case riskMaxOrders5m = "RISK_MAX_ORDERS_5M"
    case riskMaxTurnover5m = "RISK_MAX_TURNOVER_5M"
    case riskMaxOrdersDay = "RISK_MAX_ORDERS_DAY"
    case riskMaxTurnoverDay = "RISK_MAX_TURNOVER_DAY"
    case riskMaxDailyLoss = "RISK_MAX_DAILY_LOSS"
    case riskMaxDrawdownPct = "RISK_MAX_DRAWDOWN_PCT"
    case riskMaxLossStreak = "RISK_MAX_LOSS_STREAK"
    case riskOnDailyLoss = "RISK_ON_DAILY_LOSS"
    case riskOnDrawdown = "RISK_ON_DRAWDOWN"
    case riskOnLossStreak = "RISK_ON_LOSS_STREAK"
    case riskOnRepeatedOrders = "RISK_ON_REPEATED_ORDERS"
    case riskOnUnprotectedBudget = "RISK_ON_UNPROTECTED_BUDGET"
    case riskRegimeSource = "RISK_REGIME_SOURCE"
    case riskRegimeAction = "RISK_REGIME_ACTION"
    case riskRegimeShrink = "RISK_REGIME_SHRINK"
    case riskRegimeMaxAgeSeconds = "RISK_REGIME_MAX_AGE_SECONDS"
    case riskRegimeDXYPct = "RISK_REGIME_DXY_PCT"
    case riskRegimeDominancePct = "RISK_REGIME_DOMINANCE_PCT"
    case riskRegimeFOMCHours = "RISK_REGIME_FOMC_HOURS"
    case logLevel = "LOG_LEVEL"
    case logFormat = "LOG_FORMAT"
    case logFile = "LOG_FILE"
    case alertsEnabled = "ALERTS_ENABLED"
    case alertCommand = "ALERT_COMMAND"
    case alertTelegramToken = "ALERT_TG_BOT_TOKEN"
    case alertTelegramChat = "ALERT_TG_CHAT_ID"

    /// Whether the value must never be shown.
    var isSecret: Bool {
        switch self {
        case .bitgetAPIKey, .bitgetAPISecret, .bitgetAPIPassphrase, .tinkoffAPIToken, .alertTelegramToken: true
        default: false
        }
    }

    /// The names under which the value may come: a secret also as a file's path or in base 64.
    var spellings: [String] {
        isSecret ? [rawValue, rawValue + "_FILE", rawValue + "_B64"] : [rawValue]
    }

    /// Beginnings of names that are ours, so that a misspelt key is an error and not a silent default.
    static let prefixes = [
        "EXECUTION_", "UNIVERSE_", "ALLOW_LIVE", "ASSET_", "TINKOFF_", "BITGET_", "RISK_", "PROTECT_", "ORDER_",
        "RECONCILE_", "SIGNALS_", "LOG_", "ALERT",
    ]

    /// The known key closest to a misspelt one.
    static func closest(to name: String) -> String {
        let known = allCases.flatMap(\.spellings)
        return known.min { distance($0, name) < distance($1, name) } ?? name
    }

    /// Levenshtein's distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
