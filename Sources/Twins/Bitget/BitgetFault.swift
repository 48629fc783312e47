/// An error of the venue, by its code.
struct BitgetFault: Error, Hashable, Sendable {
    let code: String
    let message: String
    var status = 400

    init(_ code: String, _ message: String, status: Int = 400) {
        (self.code, self.message, self.status) = (code, message, status)
    }

    static func missing(_ name: String) -> BitgetFault { BitgetFault("40019", "Parameter \(name) cannot be empty") }
    static func wrong(_ name: String) -> BitgetFault { BitgetFault("40017", "Parameter verification failed \(name)") }
    static let unknownSymbol = BitgetFault("40034", "Parameter symbol does not exist")
    static let noPosition = BitgetFault("22002", "No position to close")
    static let nothingToCancel = BitgetFault("22001", "No order to cancel")
    static let noSuchOrder = BitgetFault(
        "40109", "The data of the order cannot be found, please confirm the order number")
    static let noOrderToCancel = BitgetFault("40768", "Order does not exist")
    static let wrongMode = BitgetFault(
        "40774", "The order type for unilateral position must also be the unilateral position type.")
    static let noSpotOrder = BitgetFault("43001", "The order does not exist")
    static let balance = BitgetFault("40762", "The order amount exceeds the balance")
    static let spotBalance = BitgetFault("43012", "Insufficient balance")
}
