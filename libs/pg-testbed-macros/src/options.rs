//! What stands in the attribute's parentheses.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprPath, Ident, LitStr, Path, Token, parenthesized};

/// The options of one test.
#[derive(Default)]
pub(crate) struct Options {
    krate: Option<Path>,
    template: Option<Source>,
    mode: Option<Ident>,
    fixtures: Vec<LitStr>,
    multi_thread: bool,
}

/// Where the template comes from.
enum Source {
    Expression(Expr),
    Migrator(ExprPath),
    Migrations(LitStr),
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            options.parse_one(&name, input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

impl Options {
    /// By what path the generated code finds `pg-testbed`.
    pub(crate) fn krate(&self) -> TokenStream {
        let path = self.krate.as_ref();
        path.map_or_else(|| quote!(::pg_testbed), |path| quote!(#path))
    }

    fn parse_one(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        if name == "fixtures" {
            let list;
            parenthesized!(list in input);
            let files = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
            self.fixtures.extend(files);
            return Ok(());
        }
        input.parse::<Token![=]>()?;
        match name.to_string().as_str() {
            "crate" => {
                self.krate = Some(input.parse()?);
                Ok(())
            }
            "template" => self.set_source(name, Source::Expression(input.parse()?)),
            "migrator" => self.set_source(name, Source::Migrator(input.parse()?)),
            "migrations" => self.set_source(name, Source::Migrations(input.parse()?)),
            "mode" => self.set_mode(&input.parse()?),
            "flavor" => self.set_flavor(&input.parse()?),
            _ => Err(Error::new(
                name.span(),
                "expected template, migrator, migrations, mode, fixtures, flavor or crate",
            )),
        }
    }

    fn set_source(&mut self, name: &Ident, source: Source) -> syn::Result<()> {
        if self.template.is_some() {
            let message = "template, migrator and migrations exclude each other";
            return Err(Error::new(name.span(), message));
        }
        self.template = Some(source);
        Ok(())
    }

    fn set_mode(&mut self, word: &Ident) -> syn::Result<()> {
        let variant = match word.to_string().as_str() {
            "clone" => "Clone",
            "wipe" => "Wipe",
            "rollback" => "Rollback",
            _ => {
                let message = "expected clone, wipe or rollback";
                return Err(Error::new(word.span(), message));
            }
        };
        self.mode = Some(format_ident!("{variant}", span = word.span()));
        Ok(())
    }

    fn set_flavor(&mut self, flavor: &LitStr) -> syn::Result<()> {
        self.multi_thread = match flavor.value().as_str() {
            "current_thread" => false,
            "multi_thread" => true,
            _ => {
                let message = "expected \"current_thread\" or \"multi_thread\"";
                return Err(Error::new(flavor.span(), message));
            }
        };
        Ok(())
    }

    /// The expression of the test's `Setup`.
    pub(crate) fn setup(&self, expects_panic: bool) -> TokenStream {
        let template = self.template();
        let mode = self.mode.iter();
        let fixtures = self.fixtures.iter().map(fixture);
        let multi_thread = self.multi_thread;
        let krate = self.krate();
        quote! {
            #krate::harness::Setup {
                template: #template,
                mode: [#(#krate::Mode::#mode),*].first().copied(),
                fixtures: &[#(#fixtures),*],
                multi_thread: #multi_thread,
                expects_panic: #expects_panic,
            }
        }
    }

    fn template(&self) -> TokenStream {
        let (label, krate) = (quote!(::core::env!("CARGO_PKG_NAME")), self.krate());
        match &self.template {
            None => quote!(#krate::harness::empty()),
            Some(Source::Expression(expression)) => quote!(#expression),
            Some(Source::Migrator(path)) => {
                quote!(#krate::Template::migrations(#label, &#path))
            }
            Some(Source::Migrations(path)) => quote! {{
                static MIGRATOR: ::sqlx::migrate::Migrator = ::sqlx::migrate!(#path);
                #krate::Template::migrations(#label, &MIGRATOR)
            }},
        }
    }
}

/// A fixture's name and text.
fn fixture(file: &LitStr) -> TokenStream {
    let name = file.value();
    let is_path = name.contains(['/', '.']);
    let path = if is_path {
        name.clone()
    } else {
        format!("fixtures/{name}.sql")
    };
    let path = LitStr::new(&path, file.span());
    quote!((#name, ::core::include_str!(#path)))
}
