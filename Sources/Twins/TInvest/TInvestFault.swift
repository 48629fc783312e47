/// An error of the venue, by its code.
struct TInvestFault: Error, Hashable, Sendable {
    let code: String
    let message: String

    init(_ code: String, _ message: String) {
        (self.code, self.message) = (code, message)
    }

    static let token = TInvestFault("40003", "Authentication token is missing or invalid")
    static let readOnly = TInvestFault("40002", "Insufficient privileges")
    static let duplicate = TInvestFault("30057", "The order is a duplicate, but the order report was not found")
    static let noOrder = TInvestFault("50005", "Order not found")
    static let noStop = TInvestFault("50006", "Stop-order not found")
    static let noInstrument = TInvestFault("50002", "Instrument not found")
    static let noAccount = TInvestFault("50004", "Account not found")
    static let notTrading = TInvestFault("30079", "Instrument is not available for trading")
    static let margin = TInvestFault("30042", "Not enough assets for a margin trade")
    static let sandboxBalance = TInvestFault("30034", "Not enough balance")
    static let network = TInvestFault("70002", "Internal network error")

    /// The gRPC status and the HTTP status that go with a code.
    static func statuses(_ code: String) -> (grpc: Int64, http: Int) {
        switch code {
        case "12001": (12, 501)
        case "12002": (14, 503)
        case "40003": (16, 401)
        case "40002", "40004": (7, 403)
        case "2": (2, 500)
        default:
            switch code.first {
            case "5": (5, 404)
            case "7": (13, 500)
            case "8": (8, 429)
            case "9": (9, 400)
            default: (3, 400)
            }
        }
    }
}
