FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN useradd --system --no-create-home liandan
COPY --from=build /src/target/release/liandan /usr/local/bin/liandan
USER liandan
EXPOSE 8080
ENTRYPOINT ["liandan"]
CMD ["serve"]
