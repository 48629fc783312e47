import Core

// Lists that are told page by page, newest first.

extension BitgetStandIn {
    /// The rows behind the one of this name.
    func page<Row>(_ rows: [Row], after name: String?, _ size: Int, _ id: (Row) -> String) -> [Row] {
        let newest = Array(rows.reversed())
        let start = name.flatMap { name in newest.firstIndex { id($0) == name } }.map { $0 + 1 } ?? 0
        return Array(newest[start...].prefix(size))
    }

    /// A page of classic orders; one that is not the last says where the next begins, however few rows it has.
    func paged(
        _ orders: [ModelExchange.Order], _ request: StandInRequest, _ state: State,
        _ row: (ModelExchange.Order) -> String
    ) -> String {
        let part = page(orders, after: request.query["idLessThan"], state.pageSize, \.id)
        guard let last = part.last else { return #"{"entrustedList":null,"endId":null}"# }
        let end = last.id == orders.first?.id ? "null" : #""\#(last.id)""#
        return #"{"entrustedList":[\#(part.map(row).joined(separator: ","))],"endId":\#(end)}"#
    }
}
